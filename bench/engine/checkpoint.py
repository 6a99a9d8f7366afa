"""Training state on disk, so that a run cut at any moment goes on from its last finished epoch.

Checkpoints live outside the workflow's declared outputs (Snakemake deletes the outputs of a job that failed)
and hold the digest of everything that decides the run; one with another digest is ignored. Random streams are
named by epoch (bench/records/stream.py), so no generator state is stored.
"""

import json
import shutil
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from bench.job.command import Stop
from bench.records.files import intact, writing


class Checkpoint:
    """The checkpoint of one run in `folder`, valid for one `digest`."""

    def __init__(self, folder: Path, digest: str) -> None:
        self.path = folder / "state.safetensors"
        self.digest = digest

    def load(self) -> tuple[dict[str, Tensor], dict]:
        """Return the stored tensors and notes, both empty when there is no valid checkpoint."""
        if not self.path.exists():
            return {}, {}
        try:
            with safe_open(intact(self.path), framework="pt") as file:
                metadata = file.metadata()
                if metadata["digest"] != self.digest:
                    return {}, {}
                return {name: file.get_tensor(name) for name in file.keys()}, json.loads(metadata["notes"])  # noqa: SIM118
        except (SafetensorError, KeyError, Stop):
            print(f"{self.path} is damaged: starting this run from its first epoch", flush=True)
            return {}, {}

    def save(self, tensors: dict[str, Tensor], notes: dict) -> None:
        """Store tensors and notes; a reader sees the previous checkpoint or this one, never half of it."""
        with writing(self.path) as temporary:
            contiguous = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
            save_file(contiguous, temporary, {"digest": self.digest, "notes": json.dumps(notes)})

    def of(self, seeds: tuple[int, ...]) -> "Checkpoint":
        """Return the checkpoint of some of the run's seeds, in a folder below this one's."""
        return Checkpoint(self.path.parent / "-".join(map(str, seeds)), f"{self.digest} seeds {seeds}")

    def remove(self) -> None:
        """Delete the checkpoint and its folder: the run is complete."""
        shutil.rmtree(self.path.parent, ignore_errors=True)
