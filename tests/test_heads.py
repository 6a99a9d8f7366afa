"""Table 2's heads: how many labels, which ones, in what order, and the network."""

import numpy as np
import pytest
import torch

from bench.measures.base.heads import Draw, Head, Heads, budgets, initial, labelled_subset

LABELS = np.random.default_rng(0).integers(10, size=500)
MNIST_BEGINS = np.array([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])


def test_budgets_above_the_training_set_become_the_whole_of_it_once():
    assert budgets({"budgets": [10, 100, 1000, 10000, 60000]}, 4000) == [10, 100, 1000, 4000]
    assert budgets({"budgets": [10, 100]}, 4000) == [10, 100]


@pytest.mark.parametrize(("budget", "per_class"), [(10, {1}), (100, {10}), (15, {1, 2})])
def test_a_stratified_subset_has_equal_numbers_of_every_class(budget, per_class):
    subset = labelled_subset(LABELS, budget, "stratified", 0)
    assert len(set(subset)) == budget
    assert set(np.bincount(LABELS[subset], minlength=10)) == per_class


def test_a_class_that_runs_out_leaves_its_share_to_the_others():
    labels = np.array([0] * 3 + [1] * 50 + [2] * 50)
    assert np.bincount(labels[labelled_subset(labels, 30, "stratified", 0)]).tolist() in (
        [3, 13, 14],
        [3, 14, 13],
    )


def test_the_whole_training_set_is_a_subset_of_itself():
    for rule in ("stratified", "first"):
        assert np.array_equal(labelled_subset(LABELS, 500, rule, 0), np.arange(500))


def test_subsets_depend_on_seed_and_budget_alone():
    assert np.array_equal(labelled_subset(LABELS, 50, "stratified", 1), labelled_subset(LABELS, 50, "stratified", 1))
    assert not np.array_equal(
        labelled_subset(LABELS, 50, "stratified", 1), labelled_subset(LABELS, 50, "stratified", 2)
    )


def test_the_released_rule_misses_three_classes_of_mnist_at_ten_labels():
    labels = np.concatenate([MNIST_BEGINS, LABELS])
    assert set(range(10)) - set(labels[labelled_subset(labels, 10, "first", 0)]) == {6, 7, 8}
    assert set(labels[labelled_subset(labels, 10, "stratified", 0)]) == set(range(10))


def test_a_head_has_two_hidden_layers():
    head = Head(128, 128, 10)
    assert sum(p.numel() for p in head.parameters()) == 2 * (128 * 128 + 128) + 128 * 10 + 10


def test_a_mask_of_ones_is_no_dropout_and_a_mask_of_zeros_leaves_the_bias():
    head, z = Head(4, 8, 3), torch.randn(5, 4)
    assert torch.equal(head(z, torch.ones(2, 5, 8)), head(z))
    assert torch.equal(head(z, torch.zeros(2, 5, 8)), head.out.bias.expand(5, 3))


@pytest.mark.parametrize("masked", [False, True])
def test_stacked_heads_are_the_heads(masked):
    heads = [initial(lambda: Head(4, 8, 3), Draw(seed, np.arange(10), np.arange(1))) for seed in (0, 1)]
    z, masks = torch.randn(2, 5, 4), torch.rand(2, 2, 5, 8)
    expected = [head(z[i], masks[i] if masked else None) for i, head in enumerate(heads)]
    assert torch.allclose(Heads(heads)(z, masks if masked else None), torch.stack(expected), atol=1e-6)
