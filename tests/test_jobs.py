"""The jobs that the plan is read to mean are those that Snakemake plans, and their costs are read as it writes them."""

import json
import math
import re
from pathlib import Path

import pytest
from synthetic import write_results

from bench.records.jobs import WITHOUT_DEVICE, gather_jobs, jobs, measuring, read_benchmark

ROOT = Path(__file__).resolve().parent.parent
SILENT = {"plan", "spec"}  # write what the config says, at no cost
WILDCARDS = ("dataset", "variant", "seeds")


@pytest.mark.parametrize("options", [["preset=smoke", "seeds_per_job=1"], ["preset=paper"]])
def test_snakemake_plans_these_jobs(checkout, options):
    planned = {
        (rule, *(found.get(name, "") for name in WILDCARDS))
        for rule, found in checkout.planned("--config", *options)
        if rule not in SILENT
    }
    preset = options[0].removeprefix("preset=")
    folder = checkout.folder / ("results" if preset == "paper" else f"results/{preset}")
    made = checkout.snakemake("--cores", "1", "plan", "--config", *options)
    assert made.returncode == 0, made.stdout
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert {job[:4] for job in jobs(plan)} == planned
    assert len({job.output for job in jobs(plan)}) == len({job.benchmark for job in jobs(plan)}) == len([*jobs(plan)])


def test_the_rules_without_a_device_are_those_that_ask_for_none():
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow/rules").glob("*.smk"))
    rules = dict(re.findall(r"^rule (\w+):\n((?: .*\n|\n(?! *rule|\w))*)", text, re.MULTILINE))
    free = {name for name, body in rules.items() if "gpu=GPU" not in body}
    before = {"fetch", "fetch_inception", "train", "encode", "spectrum", "sample", "fid", "fid_reference"}
    assert free & before == set(WITHOUT_DEVICE)


def test_what_a_job_cost_is_read_from_its_benchmark_file(tmp_path):
    plan = write_results(tmp_path)
    first, second, *_ = measuring(plan)
    (tmp_path / first.benchmark).unlink()
    (tmp_path / second.benchmark).write_text("s\tmax_rss\tcpu_time\n0.2\tNA\t-\n", encoding="utf-8")
    table = gather_jobs(plan, tmp_path)
    assert list(table.iloc[2]) == ["fid_reference", "shapes", "", "", 12.5, 700.0]
    assert table.iloc[0, 4:].isna().all()
    assert table.iloc[1]["wall_seconds"] == 0.2 and table.iloc[1, 5:].isna().all()
    assert all(math.isnan(value) for value in read_benchmark(tmp_path / "none.tsv"))
