"""Config files read strictly: every key once, and nothing that would be run."""

import pytest
from paper_config import CONFIG

from workflow import configs


def write(folder, name, text, encoding="utf-8"):
    (folder / name).write_text(text, encoding=encoding)
    return folder / name


def test_presets_are_the_files_that_name_themselves(tmp_path):
    paths = {
        "paper": write(tmp_path, "config.yaml", "# comment\npreset: paper\n"),
        "tiny": write(tmp_path, "small.yaml", "device: cpu\npreset : 'tiny' # why\n"),
        "mine": write(tmp_path, "mine.yml", "preset: mine\r\nseeds: [0]\r\n"),
        "marked": write(tmp_path, "marked.yaml", "preset: marked\n", encoding="utf-8-sig"),
    }
    write(tmp_path, "claims.yaml", "claims:\n  preset: no\n")
    write(tmp_path, "broken.yaml", "preset: [\n")
    assert configs.presets(tmp_path) == paths


def test_a_key_that_stands_twice_is_named_with_both_lines(tmp_path):
    text = "training: {epochs: 3}\nvariants:\n  rae: {datasets: [shapes]}\nvariants:\n  wae: {}\n"
    path = write(tmp_path, "twice.yaml", text)
    assert [*configs.mistakes([path, path])] == [
        f"{path}: the key variants stands twice, in lines 2 and 4: keep one of them"
    ]
    path = write(tmp_path, "deep.yaml", "a: {b: 1, b: 2}\n")
    assert "the key b stands twice, in lines 1 and 1" in next(configs.mistakes([path]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("__use_yte__: true\npreset: a\n", "makes a program of a config"),
        ("- 1\n", "holds no keys"),
        ("a: [\n", "expected"),
        ("a: !!python/object:os.system x\n", "could not determine a constructor"),
    ],
)
def test_what_is_no_plain_config_is_refused_in_one_line(tmp_path, text, said):
    (line,) = configs.mistakes([write(tmp_path, "theirs.yaml", text)])
    assert said in line and "\n" not in line


def test_the_configs_of_the_suite_are_read_without_a_word():
    assert [*configs.mistakes(sorted(CONFIG.rglob("*.yaml")))] == []
