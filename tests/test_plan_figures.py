"""The figures of a plan: which there are, what they show of what runs, and the images they read."""

from workflow import plan


def test_a_figure_leaves_out_what_does_not_run(config):
    config["datasets"] = ["shapes", "mnist"]
    config["variants"]["vae"]["datasets"] = []
    figure = plan.make_plan(config)["figures"]["6"]
    assert figure == {
        "kind": "gaussian",
        "title": "Figure 6",
        "panels": [
            {"role": "digits", "dataset": "mnist", "variants": ["ae", "irmae"]},
            {"role": "faces", "dataset": None, "variants": []},
        ],
    }


def test_a_figure_shows_images_of_the_first_batch_of_seeds(config):
    config |= {"datasets": ["shapes", "mnist"], "seeds": [4, 1, 2], "seeds_per_job": 2}
    made = plan.make_plan(config)
    assert plan.figure_images(made, "8") == [
        f"runs/mnist/{variant}/1-2/images/pca_grid.npy" for variant in ("ae", "vae", "irmae")
    ]
    assert plan.figure_images(made, "9")[0] == "runs/mnist/ae/1-2/images/gmm.npy"
    assert plan.figure_images(made, "2") == []


def test_a_figure_with_real_images_reads_those_of_the_data_sets_that_run(config):
    config["datasets"] = ["shapes", "mnist"]
    made = plan.make_plan(config)
    of_data = {name: [path for path in plan.figure_images(made, name) if path.startswith("data/")] for name in "57"}
    assert of_data == {"5": ["data/mnist/test.npy"], "7": ["data/mnist/test.npy", "data/mnist/train.npy"]}
    assert plan.figure_images(made, "7")[:2] == [
        f"runs/mnist/ae/0-4/images/{name}.npy" for name in ("interpolate", "gmm")
    ]


def test_a_ranking_is_drawn_of_so_many_data_sets_that_it_can_show_something(config):
    for datasets, drawn in ((["shapes", "mnist"], False), (["shapes", "mnist", "fashion_mnist"], True)):
        config["datasets"] = datasets
        assert ("ranking" in plan.make_plan(config)["figures"]) is drawn


def test_lists_call_a_figure_by_its_title(config):
    figures = plan.make_plan(config)["figures"]
    titles = [figures[name]["title"] for name in ("2", "9", "linear_rank")]
    assert titles == ["Figure 2", "Figures 9 to 11", "Linear rank"]


def test_every_image_of_a_figure_belongs_to_a_run(config):
    made = plan.make_plan(config)
    paths = {run["path"] for run in made["runs"]}
    images = [image for number in made["figures"] for image in plan.figure_images(made, number)]
    images = [image for image in images if not image.startswith("data/")]
    assert images
    assert {image.split("/images/")[0] for image in images} <= paths
