"""A small config with a part of everything, of which results with known numbers are made."""

import copy

from paper_config import PAPER

SEEDS = [0, 1, 2]
LATENT = 12
# Those that the numbers are of, and one that trains again.
ALTERNATIVES = ("first-labels", "test-codes", "unshuffled", "kid", "rank-1e-3", "last-epoch", "corner")


def config() -> dict:
    """Return a small config of two data sets; no part for the faces runs."""
    paper = copy.deepcopy(PAPER)
    alternatives = paper["sensitivity"]["alternatives"]
    data = {"latent": LATENT, "components": 4, "architecture": paper["data"]["mnist"]["architecture"]}
    return {
        "claims": paper["claims"],
        "verdicts": paper["verdicts"],
        "sensitivity": {
            "alternatives": {name: alternatives[name] for name in ALTERNATIVES},
            "retrain": ["unshuffled"],
            "budgets": [10],
            "crossed": {"budgets": [10], "seeds": 2},
        },
        "preset": "quick",
        "device": "cpu",
        "seeds": SEEDS,
        "seeds_per_job": 2,
        "datasets": ["shapes", "mnist5k"],
        "roles": {"shapes": "shapes", "digits": "mnist5k", "faces": "celeba", "lines": "linear"},
        "trajectory": {"points": 3, "images": 250},
        "training": {"epochs": 2, "batch": 32, "lr": 1e-3, "shuffle": True},
        "variants": {
            "ae": {"model": "ae"},
            "vae": {"model": "vae", "datasets": ["mnist5k"], "training": {"lr": 5e-4}},
            "irmae": {"model": "irmae", "depth": 8, "for": {"shapes": {"depth": 2}}},
            "irmae-shared": {"model": "irmae", "depth": 8, "chain": "shared", "datasets": []},
            "pca": {"model": "pca"},
        },
        "data": {"shapes": data | {"colours": "rgb"}, "mnist5k": data, "celeba": data},
        "studies": {
            "depth": {
                "does": "number of matrices",
                "option": "depth",
                "values": [4, 8],  # 8 is the run of irmae
                "variants": {"irmae": {"model": "irmae"}},
                "datasets": ["mnist5k"],
            }
        },
        "linear_rank": paper["linear_rank"]
        | {"size": 6, "latent": 3, "ranks": [2], "depths": [0, 1], "scales": [1], "steps": 3, "samples": 20},
        "classify": {
            "datasets": ["mnist5k"],
            "budgets": [10, 100, 10000],
            "subset": "stratified",
            "hidden": 128,
            "dropout": 0.0,
            "batch": 100,
            "epochs": 20,
            "least_steps": 500,
            "evaluate_every": 10,
            "most_steps": 50,
            "lr": 1e-3,
        },
        "sample": {"count": 1000, "covariance_floor": 1e-6},
        "measures": {
            "reconstruction": {},
            "spectrum": {"thresholds": [0.01, 0.001]},
            "mine": {},
        },
        "interpolate": {"pairs": 3, "steps": 5},
        "pca_grid": {"size": 4, "extent": 2.0},
        "fid": {"extractor": "in_domain", "reference": "test", "pairs": 500},
        "family": {
            "left_out": ["irmae-shared"],
            "methods": {"AE": ["ae"], "VAE": ["vae"], "IRMAE": ["irmae"], "PCA": ["pca"]},
            "against": ["AE", "IRMAE"],
            "ranked_by": ["fid:gmm", "error:100:best"],
            "frontier": {"rank": "effective_rank", "quality": ["fid:gmm", "explained_variance"]},
        },
        "figures": {
            "linear_rank": {"kind": "linear_rank"},
            "2": {"kind": "spectrum", "panels": {"shapes": ["ae", "irmae"]}},
            "4": {"kind": "spectrum", "panels": {"digits": ["ae", "vae", "irmae"], "faces": ["ae"]}},
            "5": {"kind": "interpolate", "panels": {"digits": ["ae", "vae", "irmae"]}},
            "6": {"kind": "gaussian", "panels": {"digits": ["ae", "irmae"], "faces": ["ae"]}},
            "7": {"kind": "gmm", "panels": {"digits": ["ae", "irmae"], "faces": ["ae"]}},
            "8": {"kind": "pca_grid", "panels": {"digits": ["ae", "irmae"]}},
            "9": {
                "kind": "ablation",
                "title": "Figures 9 to 11",
                "panels": {"digits": ["ae", "irmae", "irmae-shared"]},
            },
            "trajectory": {
                "kind": "trajectory",
                "panels": {"shapes": ["ae", "irmae", "pca"], "digits": ["ae", "vae"]},
            },
            "frontier": {"kind": "frontier"},
            "ranking": {"kind": "ranking"},
            "depth": {"kind": "study"},
        },
    }
