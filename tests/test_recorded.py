"""No training step waits for the host, as a GPU that records it asks, but where a model says so."""

import pytest
import torch
from small_run import make_spec
from test_models import cases, images, noise_for
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from bench.engine.build import initial_model

# Operations that wait for a value, a size or the check of a decomposition: `item`, `if`, a boolean index.
WAITING = {"_local_scalar_dense", "equal", "is_nonzero", "masked_select", "nonzero", "unique_dim", "_unique2"}
DECOMPOSITIONS = {"linalg_eigh", "linalg_svd", "linalg_qr", "linalg_inv_ex", "linalg_cholesky_ex", "linalg_solve_ex"}


class Operations(TorchDispatchMode):
    """Keeps the names of the operations that run under it."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        name = operation.overloadpacket.__name__
        by_mask = name.startswith("index") and any(
            getattr(each, "dtype", None) == torch.bool for each in tree_leaves(args)
        )
        self.names.add("nonzero" if by_mask else name)
        return operation(*args, **(kwargs or {}))

    def waiting(self) -> set[str]:
        return {name for name in self.names if name in WAITING or name.lstrip("_") in DECOMPOSITIONS}


@pytest.mark.parametrize(("name", "options"), cases())
def test_a_recorded_step_waits_for_nothing_and_one_of_low_rank_for_an_eigenvalue_problem(name, options):
    model = initial_model(make_spec(name, **options), 0)
    with Operations() as operations:
        loss = model.loss(images(4) / 255, noise_for(model, 4))
        if model.trained():
            torch.autograd.grad(loss, model.trained(), allow_unused=True)
    assert operations.waiting() == (set() if model.recorded else {"_linalg_eigh"})


@pytest.mark.parametrize("wait", [torch.Tensor.item, bool, lambda t: t[t > 0], torch.linalg.svdvals, torch.inverse])
def test_what_waits_for_the_host_is_found(wait):
    with Operations() as operations:
        wait(torch.ones(1, 1))
    assert operations.waiting()
