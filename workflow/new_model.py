"""`make new-model NAME=x`: a model to start from; out: bench/models/x.py and its line in config/config.yaml."""

import re
import sys
from pathlib import Path

from workflow import sources

MODEL = '''\
"""{title}: what it does and where it comes from (authors, year, number)."""

from torch import Tensor

from bench.models.base.autoencoder import Autoencoder
from bench.models.base.backbone import Backbone


class Model(Autoencoder):
    """Mean squared error + weight * mean |z|: say what is minimised, and the equation it comes from."""

    def __init__(self, backbone: Backbone, *, weight: float = 1e-3) -> None:
        super().__init__(backbone)
        self.weight = weight

    def loss(self, x: Tensor, noise: Tensor | None) -> Tensor:
        z = self.encode(x)
        return (self.decode(z) - x).square().mean() + self.weight * z.abs().mean()
'''


def new_model(name: str, root: Path) -> None:
    """Write the model's file and add its variant to the config, or exit with one line and change nothing."""
    known = sources.names(root, "bench/models")
    if not re.fullmatch("[a-z][a-z0-9_]*", name):
        sys.exit(
            f"new-model: NAME is {name!r}; give lower-case letters, digits and _, as in `make new-model NAME=mine`"
        )
    if name in known:
        sys.exit(f"new-model: bench/models/{name}.py is there already; choose another NAME than {', '.join(known)}")
    config = root / "config" / "config.yaml"
    text = with_variant(config.read_text(encoding="utf-8"), name)
    (root / "bench" / "models" / f"{name}.py").write_text(MODEL.format(title=name), encoding="utf-8")
    config.write_text(text, encoding="utf-8")
    print(f"bench/models/{name}.py and its line under `variants` in config/config.yaml are yours to change.")


def with_variant(text: str, name: str) -> str:
    """Return a config with a variant behind the last one; exit if it has one of this name."""
    section = re.search(r"^variants:.*?(?=\n+(?:#[^\n]*\n)*^\S)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        sys.exit("new-model: config/config.yaml has no section `variants`")
    if re.search(rf"^  {name}:", section[0], re.MULTILINE):
        sys.exit(f"new-model: config/config.yaml has a variant {name} already; choose another NAME")
    return f"{text[: section.end()]}\n  {name}: {{model: {name}}}{text[section.end() :]}"


if __name__ == "__main__":
    new_model(sys.argv[1], Path(__file__).resolve().parent.parent)
