"""Table 2's classifiers of one variant, all budgets and seeds, against heads trained on batches encoded anew."""

import os

import torch
from torch import Tensor

from bench.engine.build import initial_model
from bench.measures.base.classification import Codes, classify
from bench.measures.base.classifiers import batches
from bench.measures.base.heads import budgets, draws
from bench.records.stream import stream
from benchmarks import plain, sizes
from benchmarks.side_by_side import Line, seconds, side_by_side, times_as_fast

WHY = "it takes 500 steps at least for every budget, which the plain way was not asked for when the goal was set"
GOAL = {"cpu": 30, "cuda": 100}
COUNT = {"cpu": 4000, "cuda": 60000}  # training images
# Timed of the 500; the batched way needs more of them, or what it does once per run would weigh as if done every time.
EPOCHS = {"batched": 20, "encoded anew": 2}
TEST = 1000
ROUNDS = 2


def measure(device: torch.device) -> list[Line]:
    """Return one line; evaluations are left out on both sides (they too encode their images anew, every time)."""
    spec, count = sizes.spec("mnist"), COUNT[device.type]
    pictures = sizes.images(spec, count, device)
    labels = torch.from_numpy(stream(0, "labels").integers(10, size=count)).to(device)
    encoders = [initial_model(spec, seed).to(device).requires_grad_(False) for seed in spec.seeds]
    settings = sizes.CONFIG["classify"] | {"least_steps": 1}  # of the part that is timed
    chosen = budgets(settings, count)
    few, more = EPOCHS["encoded anew"], EPOCHS["batched"]
    heads = [
        (plain.heads(encoder.encode, pictures, labels, settings), order(seed, labels, budget, settings, few))
        for seed, encoder in zip(spec.seeds, encoders, strict=True)
        for budget in chosen
    ]

    def encode() -> Tensor:
        parts = [torch.cat([model.encode(x / 255) for x in pictures.split(500)]) for model in encoders]
        return torch.stack(parts)

    codes = encode()
    inputs, test_labels = Codes(codes, codes[:, :TEST]), labels[:TEST]
    cores = os.cpu_count() or 1

    def batched() -> None:
        torch.set_num_threads(1)  # what a job of the suite has; on two cores a second variant's runs beside it
        list(classify(spec.seeds, inputs, labels, test_labels, settings | {"epochs": more, "evaluate_every": more}))

    def encoded_anew() -> None:
        torch.set_num_threads(cores)
        for steps, images in heads:
            steps(images.to(device))

    taken = side_by_side({"batched": batched, "encoded anew": encoded_anew}, device, ROUNDS)
    epochs, once = settings["epochs"], seconds(encode, device)
    whole = {name: [time * epochs / EPOCHS[name] for time in times] for name, times in taken.items()}
    whole["batched"] = [time + once for time in whole["batched"]]
    ratio, detail = times_as_fast(whole, "batched", "encoded anew")
    detail |= {
        "seconds to encode all images once": round(once, 3),
        "epochs": epochs,
        "epochs timed": EPOCHS,
    }
    what = f"classifiers, budgets {'/'.join(map(str, chosen))}, {len(spec.seeds)} seeds, MNIST size"
    return [Line(what, "heads on re-encoded batches", ratio, "x", GOAL[device.type], detail, WHY)]


def order(seed: int, labels: Tensor, budget: int, settings: dict, epochs: int) -> Tensor:
    """Return the batches [n, b] of a seed's classifier in some epochs, those that ours sees."""
    draw, batch = draws(labels.cpu().numpy(), budget, settings["subset"], [seed])[0], min(settings["batch"], budget)
    return torch.from_numpy(batches(draw, batch, range(epochs * (budget // batch))))
