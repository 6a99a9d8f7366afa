"""Rank and variance explained along training: equal to what saved weights give, no part of the training, and drawn."""

import dataclasses

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from small_run import CPU, make_spec, pictures

from bench import figure
from bench.engine.build import encode, load_models
from bench.engine.checkpoint import Checkpoint
from bench.engine.training import start, train
from bench.engine.trajectory import Looks, log_spaced, looked_at
from bench.measures.reconstruction import pixel_variance, reconstruction_error
from bench.measures.spectrum import spectrum
from bench.records.gather import gather_trajectory
from bench.records.tables import read_table
from bench.report.figures import style
from bench.train import looks_along, write_trajectory

TRAIN, TEST = pictures(32), pictures(70)[32:].numpy()  # 4 steps of 8 images an epoch
SETTINGS = {"epochs": 4, "batch": 8, "points": 5, "images": 30, "thresholds": [0.01, 0.001]}
METRICS = ["rank:0.01", "rank:0.001", "effective_rank", "mse", "explained_variance"]


def trained(folder, spec, looked=True):
    looks = (looks_along(spec, len(TRAIN), TEST, SETTINGS, CPU),) if looked else ()
    own = folder / f"checkpoint-{spec.training.epochs}-{looked}"  # a slow training writes one
    return train(spec, TRAIN, Checkpoint(own, "digest"), *looks)


def seen_after(result, step):
    """Return what was seen after a step: the value of each seed's metrics."""
    return {(seed, metric): value for seed, at, metric, value in result.trajectory if at == step}


@pytest.mark.parametrize(("model", "options"), [("ae", {}), ("irmae", {"depth": 2}), ("vae", {}), ("least_volume", {})])
def test_a_trajectory_is_what_a_shorter_training_and_its_saved_weights_give(model, options, tmp_path):
    whole = trained(tmp_path, make_spec(model, epochs=4, **options))
    spec = make_spec(model, epochs=2, **options)
    half = trained(tmp_path, spec)
    assert seen_after(half, 8) == seen_after(whole, 8) and len(seen_after(half, 8)) == len(spec.seeds) * len(METRICS)
    save_file(half.state, tmp_path / "model.safetensors")
    images = TEST[: SETTINGS["images"]]
    for seed, saved in zip(spec.seeds, load_models(spec, tmp_path / "model.safetensors", CPU), strict=True):
        z = encode(saved, images, CPU)
        error = reconstruction_error(saved, z, images, CPU)
        again = dict(spectrum(z, SETTINGS["thresholds"])) | {"mse": error}
        again["explained_variance"] = 1 - error / pixel_variance(images)
        assert {name: seen_after(whole, 8)[seed, name] for name in METRICS} == pytest.approx(
            {name: again[name] for name in METRICS}, rel=1e-4
        )


OPTIONS = {"ae": {}, "vae": {}, "irmae": {"depth": 2}, "rrae": {"rank": 3}, "least_volume": {"weight": 1e-3}}


@pytest.mark.parametrize("model", OPTIONS)
def test_looking_changes_no_bit_of_the_training(model, tmp_path):
    spec = make_spec(model, **OPTIONS[model])
    seen, unseen = trained(tmp_path, spec), trained(tmp_path, spec, looked=False)
    assert seen.trajectory and not unseen.trajectory and seen.history == unseen.history
    assert all(torch.equal(seen.state[name], unseen.state[name]) for name in unseen.state)


def test_the_time_of_a_look_begins_when_the_steps_before_it_are_done(checkpoint, monkeypatch):
    order = []
    monkeypatch.setattr("bench.engine.training.wait_for", lambda device: order.append("done"))
    looks = Looks(frozenset({2, 5}), lambda model: order.append("look") or {})
    train(make_spec(seeds=(0, 1)), TRAIN, checkpoint, looks)
    assert order == ["done", "look", "look"] * 2


def test_a_resumed_training_has_the_trajectory_of_an_uncut_one(tmp_path, monkeypatch):
    spec = make_spec("vae", epochs=4)
    whole = trained(tmp_path, spec)
    monkeypatch.setattr("bench.engine.training.CHECKPOINT_SECONDS", -1.0)
    checkpoint, looks = Checkpoint(tmp_path / "cut", "digest"), looks_along(spec, len(TRAIN), TEST, SETTINGS, CPU)
    short = dataclasses.replace(spec, training=dataclasses.replace(spec.training, epochs=3))
    train(short, TRAIN, checkpoint, looks)
    resumed = train(spec, TRAIN, checkpoint, looks)
    assert len(resumed.history) == 4 and resumed.trajectory == whole.trajectory


def test_looks_are_evenly_spaced_in_the_logarithm_from_the_first_step_to_the_last():
    steps = log_spaced(37_500, 20)
    assert steps[0] == 1 and steps[-1] == 37_500 and steps == sorted(set(steps)) and len(steps) <= 20
    ratios = np.divide(steps[1:], steps[:-1])[-12:]  # before, steps are too small for a constant ratio
    assert ratios == pytest.approx(np.full(12, 37_500 ** (1 / 19)), rel=0.02)
    assert log_spaced(0, 20) == [] and log_spaced(3, 20) == [1, 2, 3]


def test_variants_of_a_data_set_are_looked_at_after_the_same_steps(tmp_path):
    runs = [make_spec(), make_spec("irmae", depth=2, lr=1e-2), make_spec("vae", seeds=(5,))]
    usual = [looks_along(spec, len(TRAIN), TEST, SETTINGS, CPU).steps for spec in runs]
    assert usual == [frozenset({1, 2, 4, 8})] * 3  # each trains half as long as the data set's 16 steps
    assert looked_at(16, 16, 5) == {1, 2, 4, 8, 16} and looked_at(12, 16, 5) == {1, 2, 4, 8, 12}
    assert looked_at(0, 16, 5) == set()


def test_the_values_of_a_diverged_seed_are_empty(tmp_path):
    spec = make_spec(seeds=(0, 1))
    models = start(spec, TRAIN).models
    with torch.no_grad():
        models[0].encoder[0].weight.fill_(torch.nan)
    looks = looks_along(spec, len(TRAIN), TEST, SETTINGS, CPU)
    rows = list(looks.rows(4, spec.seeds, models))
    write_trajectory(tmp_path / "trajectory.csv", rows)
    table = read_table(tmp_path / "trajectory.csv")
    assert list(table["metric"]) == METRICS * 2 and set(table["step"]) == {4}
    assert table["value"].isna().tolist() == [True] * len(METRICS) + [False] * len(METRICS)


def test_steps_are_cut_behind_a_look_and_no_step_is_lost():
    chunk = (torch.arange(10), torch.arange(10, 20))
    parts = Looks(frozenset({3, 7, 20, 22, 30, 31}), dict).parts(chunk, 20)
    assert [part[0].tolist() for part in parts] == [[0, 1], [2, 3, 4, 5, 6, 7, 8, 9]]
    assert torch.equal(torch.cat([part[1] for part in parts]), chunk[1])


# The table and the figure


def test_the_table_has_what_was_seen_of_every_row_that_trains(drawable):
    plan, folder, _ = drawable
    table = gather_trajectory(plan, folder)
    assert list(table) == ["dataset", "variant", "seed", "step", "metric", "value"]
    every = [*plan["runs"], *plan["retrained"]]
    rows = {(run["dataset"], run["variant"]) for run in every if run["model"] not in ("pca", "supervised")}
    assert set(zip(table["dataset"], table["variant"], strict=True)) == rows
    assert len(table) == len(rows) * len(plan["seeds"]) * 3 * len(METRICS)
    own = table.query("dataset == 'shapes' and variant == 'ae' and seed == 2")
    assert own["step"].tolist() == [1] * 5 + [16] * 5 + [250] * 5
    assert own["metric"].tolist()[:5] == ["effective_rank", "explained_variance", "mse", "rank:0.001", "rank:0.01"]
    assert own.query("metric == 'rank:0.01'")["value"].tolist() == pytest.approx([1.4, 3.5, 7.0])


def curves(axes):
    """Return the data of the curves of each colour: the seeds' and their mean."""
    colours = list(dict.fromkeys(line.get_color() for line in axes.get_lines() if line.get_color() != style.MUTED))
    return [[line.get_xydata() for line in axes.get_lines() if line.get_color() == colour] for colour in colours]


def drawn(plan, folder, paper, panels):
    plan = plan | {"figures": {"trajectory": {"kind": "trajectory", "panels": panels}}}
    whole = figure.figure(plan, folder, paper, "trajectory")
    return [area.get_axes() for area in whole.subfigs]


def test_a_panel_has_a_line_per_seed_their_mean_and_its_end_and_names_it(drawable):
    plan, *_ = drawable
    (effective, count), _ = drawn(*drawable, plan["figures"]["trajectory"]["panels"])
    for axes, ends in ((effective, [3.5, 3.5, 3.5]), (count, [5, 6, 7])):
        (*seeds, mean), irmae = curves(axes)
        for line, end in zip([*seeds, mean], [*ends, ends[1]], strict=True):
            assert np.allclose(line, [[-1, 0.2 * end], [0.5, 0.5 * end], [0.8, end]])
        assert len(irmae) == 4
        assert all(line.get_markevery() == [-1] for line in axes.get_lines() if line.get_color() != style.MUTED)
        assert {"AE", "IRMAE l=2"} <= {text.get_text() for text in axes.texts}
    assert effective.get_xlim()[0] == 0 and "7 factors" in [text.get_text() for text in count.texts]
    assert effective.get_xlabel().startswith("variance explained") and count.get_ylabel() == "rank > 0.01 of the codes"


def test_a_diverged_seed_is_drawn_as_far_as_it_came_and_is_no_part_of_the_mean(drawable):
    plan, *_ = drawable
    _, (_, count) = drawn(*drawable, plan["figures"]["trajectory"]["panels"])
    _, (first, *_, mean) = curves(count)
    assert np.isfinite(first[:, 0]).tolist() == [True, False, False]
    assert np.allclose(mean, [[-1, 0.2 * 6.5], [0.5, 0.5 * 6.5], [0.8, 6.5]])  # of seeds 1 and 2, which end at 6 and 7
    assert "VAE (1 of 3 diverged)" in [text.get_text() for text in count.texts]


def test_a_training_that_ends_below_the_mean_image_is_in_the_frame(drawable, tmp_path):
    plan, folder, paper = drawable
    (tmp_path / "data").symlink_to(folder / "data")
    table = read_table(folder / "tables" / "trajectory.csv")
    own = table["variant"].eq("ae") & table["metric"].eq("explained_variance")
    (tmp_path / "tables").mkdir()
    table.assign(value=table["value"].mask(own, -2.0)).to_csv(tmp_path / "tables" / "trajectory.csv", index=False)
    ((effective, _),) = drawn(plan, tmp_path, paper, plan["figures"]["trajectory"]["panels"][:1])
    (left, right), (_, top) = effective.get_xlim(), effective.get_ylim()
    assert left < -2 and right > 0.8 and top > 3.5
