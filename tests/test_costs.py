"""What each job of a plan cost is read from Snakemake's benchmark files."""

import math

import pytest
from small_plan import finish, write_plan

from bench.job.command import Stop
from bench.records.costs import COLUMNS, gather_jobs, job_cost, read_benchmark
from bench.records.files import write_json
from bench.records.plan import every_job, read_plan


def test_what_the_jobs_before_the_report_cost_is_read_from_their_benchmark_files(tmp_path):
    plan = write_plan(tmp_path)
    first, second, third, *others = every_job(plan)
    for job in (second, third, *others):
        finish(tmp_path, job)
    (tmp_path / second.benchmark).write_text("s\tmax_rss\tcpu_time\n0.2\tNA\t-\n", encoding="utf-8")
    table = gather_jobs(plan, tmp_path)
    assert list(table) == COLUMNS and len(table) == len(plan["jobs"]) - 2  # without aggregate and tables
    assert list(table.iloc[0, :4]) == ["fetch", "digits", "", ""] and table.iloc[0, 4:].isna().all()
    assert table.iloc[1]["wall_seconds"] == 0.2 and table.iloc[1, 5:].isna().all()
    assert list(table.iloc[2]) == ["train", "digits", "ae", "0-1", 25.0, 700.0]
    assert all(math.isnan(value) for value in read_benchmark(tmp_path / "none.tsv"))


def test_a_training_that_went_on_after_a_stop_costs_all_its_seconds(tmp_path):
    plan = write_plan(tmp_path)
    train = next(job for job in every_job(plan) if job.rule == "train")
    finish(tmp_path, train, seconds=2.0)  # since it went on; its provenance has 20 s, 10 of each of two seeds
    assert job_cost(train, tmp_path) == [20.0, 700.0]
    table = gather_jobs(plan, tmp_path)
    assert table.loc[table["rule"] == "train", "wall_seconds"].max() == 20.0


def test_a_folder_without_a_plan_and_one_of_another_version_stop_in_one_line(tmp_path):
    with pytest.raises(Stop, match="plan.json is missing: `snakemake --cores 1 plan` writes it"):
        read_plan(tmp_path)
    write_json(tmp_path / "plan.json", {"runs": []})
    with pytest.raises(Stop, match="another version"):
        read_plan(tmp_path)
