"""results/tables.md over all presets: with none, some, and a half-finished one."""

import json
import re
from pathlib import Path

import pytest
from pages import committed, row, section, words

from bench import front_page
from bench.job.command import Stop
from bench.records.files import read_json, write_json
from bench.report.left import read_left

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def make(tmp_path, whole_results):
    """Return the page of a results folder with presets in which claims have other outcomes, by preset and claim."""

    def made(**presets):
        for preset, outcomes in presets.items():
            (tmp_path / preset / "tables").mkdir(parents=True)
            (tmp_path / preset / "tables" / "check.csv").write_text("severity,check,where,message\n")
            own = read_json(whole_results / "front.json")
            own["preset"] = preset
            for claim, outcome in outcomes.items():
                own["claims"][claim]["outcome"] = outcome
            write_json(tmp_path / preset / "front.json", own)
        front_page.main(plan=whole_results / "plan.json", page=tmp_path / "tables.md")
        return (tmp_path / "tables.md").read_text(encoding="utf-8")

    return made


def test_with_no_run_it_says_how_to_begin(make):
    assert make().splitlines()[2].startswith("Nothing has run yet. `make quick` takes minutes")


def test_with_quick_only_it_answers_and_says_that_the_paper_is_not_settled(make):
    text = make(quick={})
    answer = words(text.split("\n\n")[1])
    assert answer.startswith("**As far as has been run (`quick`, small networks, short chains and small data sets):")
    assert "fewer labels: as claimed; better samples: as claimed;" in answer
    assert answer.endswith("the paper's numbers themselves are neither confirmed nor refuted.")
    assert "](quick/figures/figure_trajectory.png)" in text and "](quick/figures/figure_4.png)" in text
    line = next(line for line in text.splitlines() if "[digits-fid], FID" in line)
    assert line.startswith("| [mnist5k][digits-fid], FID, GMM (in-domain): IRMAE < AE | 34.0 / 38.0 | 34.00 / 39.00 |")
    assert line.endswith("| 3 of 3 | **as claimed** |  |")
    assert "[digits-fid]: quick/claims.md#better-samples-on-digits" in text.splitlines()
    assert row(section(text, "## Table 2"), "IRMAE, the paper")[:2] == ["12.0 ± 0.9", "10.2 ± 0.5"]
    assert row(section(text, "## Table 2"), "IRMAE l=8, ours")[:2] == ["11.0 ± 1.0", "11.0 ± 1.0"]
    assert row(section(text, "## Table 1"), "CelebA, the paper (Inception)") == ["49.0", "48.8", "36.4"]
    assert "mnist5k (digits), `quick` (in-domain CNN)" in section(text, "## Table 1")
    ran = words(section(text, "## What ran"))
    assert "- `make laptop`, half the width of the released code or less," in ran
    assert ran.count(": nothing is there") == 2


def test_the_largest_run_answers_and_smaller_ones_stand_beside(make):
    text = make(quick={"digits-fid-ae": "unclear"}, laptop={"digits-fid-ae": "contradicted"})
    assert text.index("(`laptop`, half the width of the released code") < text.index("better samples: contradicted")
    line = next(line for line in text.splitlines() if "[digits-fid], FID" in line)
    assert line.split("|")[5:7] == [" **contradicted** ", " quick: unclear, 3 of 3 "]
    assert "[digits-fid]: laptop/claims.md#better-samples-on-digits" in text
    assert "`quick` (in-domain" not in text  # no second row of smaller numbers
    assert text.index("[`laptop`](laptop/tables.md)") < text.index("[`quick`](quick/tables.md)")


def test_of_the_next_smaller_run_it_says_where_ranks_were_compared_if_elsewhere(make, tmp_path, whole_results):
    make(quick={}, laptop={})
    for preset, place in (("quick", "end"), ("laptop", "equal")):
        own = read_json(tmp_path / preset / "front.json")
        own["claims"]["shapes-rank-ae"]["metric"] = f"rank, {place}"
        write_json(tmp_path / preset / "front.json", own)
    front_page.main(plan=whole_results / "plan.json", page=tmp_path / "tables.md")
    line = next(line for line in (tmp_path / "tables.md").read_text().splitlines() if "rank, equal: IRMAE < AE" in line)
    assert line.endswith("| quick: 0 of 3 (end) |")


def test_what_another_version_left_stops_in_one_line(make, tmp_path):
    make(quick={})
    own = read_json(tmp_path / "quick" / "front.json")
    del own["classifiers"]
    write_json(tmp_path / "quick" / "front.json", own)
    with pytest.raises(Stop, match=r"quick/front\.json is of another version of the suite: run its preset again"):
        read_left(tmp_path)


def test_what_is_unclear_for_want_of_seeds_alone_is_told_from_what_seeds_disagree_on(make):
    assert "better samples: unclear, though all seeds agree;" in words(make(quick={"digits-fid-ae": "unclear"}))
    assert "though" not in make(laptop={"digits-fid-ae": "contradicted", "shapes-rank-ae": "unclear"}).split("\n\n")[1]


def test_a_claim_that_only_a_smaller_run_has_is_that_runs(make, tmp_path, whole_results):
    make(quick={}, laptop={})
    own = read_json(tmp_path / "laptop" / "front.json")
    del own["claims"]["digits-fid-ae"]
    write_json(tmp_path / "laptop" / "front.json", own)
    front_page.main(plan=whole_results / "plan.json", page=tmp_path / "tables.md")
    line = next(line for line in (tmp_path / "tables.md").read_text().splitlines() if "[digits-fid], FID" in line)
    assert "| run `quick`: 34.00 / 39.00 |" in line and line.endswith("| **as claimed** |  |")


def test_a_study_at_a_larger_size_answers_before_that_of_the_run(make, tmp_path, whole_results):
    """The paper's study of linear autoencoders is there, the rest of its preset is not."""
    alone = tmp_path / "paper" / "linear_rank" / "summary.csv"
    alone.parent.mkdir(parents=True)
    lines = [f"{seed},greedy,rank_error,{3 + 0.1 * seed}" for seed in range(5)]
    alone.write_text("\n".join(["seed,variant,metric,value", *lines]) + "\n")
    text = make(quick={})
    line = next(line for line in text.splitlines() if line.startswith("| [linear][greedy-linear]"))
    assert line.endswith("| abstract | run `paper`: 3.20 | 0 of 5 | **contradicted** | quick: unclear, 3 of 3 |")
    assert "[greedy-linear]: paper/linear_rank/summary.csv" in text
    assert "`make paper`" in text and ": the study of linear autoencoders alone" in words(text)


def test_a_half_finished_run_is_said_to_be_one_and_gives_no_number(make, tmp_path, whole_results):
    paper = tmp_path / "paper"
    runs = [{"path": f"runs/mnist/ae/{seed}"} for seed in range(4)]
    write_json(paper / "plan.json", {"runs": runs})
    (paper / "runs/mnist/ae/0").mkdir(parents=True)
    (paper / "runs/mnist/ae/0/model.safetensors").touch()
    text = words(make(quick={}))
    assert "`make paper`, the paper's models and training at their published size: 1 of 4 trainings are there" in text


def test_a_run_at_the_papers_size_gives_verdicts_on_the_paper(make, tmp_path, whole_results):
    make(paper={})
    own = read_json(tmp_path / "paper" / "front.json")
    own["claims"]["digits-fid-ae"]["comparable"] = True
    write_json(tmp_path / "paper" / "front.json", own)
    front_page.main(plan=whole_results / "plan.json", page=tmp_path / "tables.md")
    text = (tmp_path / "tables.md").read_text(encoding="utf-8")
    assert "| **as claimed** † |" in text and "neither confirmed nor refuted" not in text


def test_what_the_check_found_stands_there_in_words(make, tmp_path, whole_results):
    make(quick={})
    findings = "severity,check,where,message\nwarning,learned,shapes/ae,explains nothing\nnote,a,b,c\n"
    (tmp_path / "quick/tables/check.csv").write_text(findings)
    front_page.main(plan=whole_results / "plan.json", page=tmp_path / "tables.md")
    part = section((tmp_path / "tables.md").read_text(), "## What the check of each run says")
    assert "- `quick`: 0 errors, 1 warnings, 1 notes" in part and "warning, shapes/ae: explains nothing" in part


def test_the_tests_own_preset_has_no_place(make):
    assert "smoke" not in make(smoke={}, quick={})


def test_the_committed_page_is_short_narrow_and_of_what_is_committed():
    lines = committed("results/tables.md").splitlines()
    assert len(lines) <= 120 and max(map(len, lines)) <= 150
    presets = re.findall(r"^\| \[`(\w+)`\]\((\w+)/tables.md\)", "\n".join(lines), re.MULTILINE)
    assert presets and all(name == folder for name, folder in presets)
    largest = json.loads(committed(f"results/{presets[0][0]}/front.json"))
    assert any(largest["commit"] in line for line in lines)
    for claim in largest["claims"].values():  # of which a study at a larger size may answer some
        shown = [line for line in lines if claim["sides"] in line]
        assert any(f" {claim['numbers']} " in line or "| `paper`: " in line for line in shown), claim


def test_it_is_narrow_with_two_presets(make):
    assert max(map(len, make(quick={}, laptop={}).splitlines())) <= 150


def test_every_link_leads_to_a_heading(whole_results):
    claims = (whole_results / "claims.md").read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"^## (.*)$", claims, re.MULTILINE)
    }
    assert {own["anchor"] for own in read_json(whole_results / "front.json")["claims"].values()} <= headings
