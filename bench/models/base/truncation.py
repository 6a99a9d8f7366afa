"""Codes of low rank by a truncated singular value decomposition: what RRAE and aRRAE share (arXiv 2405.13980)."""

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import FunctionCtx

from bench.job.command import Stop
from bench.models.base.autoencoder import RECONSTRUCTION, Autoencoder
from bench.models.base.backbone import Backbone


class TruncatedAutoencoder(Autoencoder):
    """An autoencoder whose decoder sees the best approximation of rank `rank` of each batch's codes, strong form.

    After training the bases of all batches make one projection, and for the last `fine_tune` of the epochs only the
    decoder is trained, on codes projected by it. Inference projects too, so that codes have at most that rank.
    """

    recorded = False  # an SVD waits for the host

    def __init__(self, backbone: Backbone, rank: int, fine_tune: float) -> None:
        if rank < 1:
            raise Stop(f"a rank of {rank} leaves no code: give the variant a rank (`rank`, `start`) of at least 1")
        super().__init__(backbone)
        self.settled_share, self.settled = fine_tune, False
        # Not on the device that PyTorch may have been told to use: its value is read where others have none.
        self.register_buffer("rank", torch.tensor(min(rank, self.latent), device="cpu"))
        self.register_buffer("projection", torch.eye(self.latent))

    def encode(self, x: Tensor) -> Tensor:
        return self.encoder(x) @ self.projection

    def decode(self, z: Tensor) -> Tensor:
        return self.decoder(z @ self.projection)

    def terms(self, x: Tensor, noise: Tensor | None) -> dict[str, Tensor]:
        z = self.encode(x) if self.settled else truncate(self.encoder(x), int(self.rank))
        return {RECONSTRUCTION: F.mse_loss(self.decoder(z), x)}

    def settle(self, images: Tensor, batch: int) -> None:
        """Make the projection [d, d] onto the leading directions of all batches' bases together, as the authors'
        package does (docs/protocol.md): those of the sum of the bases' projections.
        """
        total = torch.zeros(self.latent, self.latent, dtype=torch.float64, device=images.device)
        for part in images.split(batch):
            z = self.encoder(part.to(self.projection.dtype) / 255).double()
            if z.isfinite().all():
                basis = torch.linalg.svd(z, full_matrices=False)[2][: int(self.rank)]
                total += basis.T @ basis
        leading = torch.linalg.eigh(total)[1][:, -int(self.rank) :]
        self.projection.copy_(leading @ leading.T)
        self.encoder.requires_grad_(False)
        self.settled = True


def truncate(z: Tensor, rank: int) -> Tensor:
    """Return the best approximation of codes [..., n, d] by a matrix of at most `rank`; gradients pass through it.

    Codes that are not finite, of a seed that diverged, give NaN, where an SVD would fail.
    """
    finite = z.isfinite().all(-1, keepdim=True).all(-2, keepdim=True)
    truncated = _Truncation.apply(torch.where(finite, z, torch.zeros_like(z)), rank)
    return torch.where(finite, truncated, torch.full_like(z, torch.nan))


class _Truncation(torch.autograd.Function):
    """z = U S V^T to U_k S_k V_k^T, with its exact derivative.

    That of `torch.linalg.svd` divides by the differences of all squared singular values, so equal ones give NaN. The
    truncated matrix depends on the spanned subspaces alone: only differences across the cut are divided by. Where the
    cut itself goes through equal values no derivative exists; there that pair contributes nothing (`_apart`).
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(z: Tensor, rank: int) -> Tensor:
        u, s, vt = torch.linalg.svd(z, full_matrices=False)
        return (u[..., :rank] * s[..., None, :rank]) @ vt[..., :rank, :]

    @staticmethod
    def setup_context(ctx: FunctionCtx, inputs: tuple[Tensor, int], output: Tensor) -> None:
        ctx.save_for_backward(inputs[0])
        ctx.rank = inputs[1]

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, None]:
        u, s, vt = torch.linalg.svd(ctx.saved_tensors[0], full_matrices=False)
        return _pull_back(u, s, vt, gradient, ctx.rank), None


def _pull_back(u: Tensor, s: Tensor, vt: Tensor, gradient: Tensor, rank: int) -> Tensor:
    """Return the gradient of z = U diag(s) V^T [n, d] from that of its truncation, G.

    With A = U^T G V, a pair of a kept direction i and a cut one j moves by M_ji = s_i A_ji + s_j A_ij over
    s_i^2 - s_j^2; what lies outside U and V moves with the kept ones. The size of z does not matter, so s is taken
    relative to its largest value.
    """
    kept, cut = slice(None, rank), slice(rank, None)
    ut, v = u.mT, vt.mT
    a = ut @ gradient @ v
    s = s / s[..., :1].clamp_min(torch.finfo(s.dtype).tiny)
    si, sj = s[..., None, kept], s[..., cut, None]
    apart = _apart(si, sj)
    gap = torch.where(apart, (si - sj) * (si + sj), 1)
    inner = torch.zeros_like(a)
    inner[..., kept, kept] = a[..., kept, kept]
    inner[..., cut, kept] = torch.where(apart, si * (si * a[..., cut, kept] + sj * a[..., kept, cut].mT) / gap, 0)
    inner[..., kept, cut] = torch.where(apart, si * (si * a[..., kept, cut].mT + sj * a[..., cut, kept]) / gap, 0).mT
    left = u[..., kept] @ (ut[..., kept, :] @ gradient)  # of the part of the gradient outside V
    right = (gradient @ v[..., kept]) @ vt[..., kept, :]  # and outside U
    return u @ inner @ vt + (left - left @ v @ vt) + (right - u @ (ut @ right))


def _apart(si: Tensor, sj: Tensor) -> Tensor:
    """Return whether s_i >= s_j, of a largest singular value of 1, differ enough for a gradient: by sqrt(eps s_i).

    A pair multiplies its entries of the gradient by at most s_i / (s_i - s_j). An SVD knows values to about eps and so
    that factor to about s_i eps / (s_i - s_j)^2, which is 1 there: closer ones would add more of rounding than they
    have of a gradient. No factor exceeds 1 / sqrt(eps), and values that are zero but for rounding are not apart.
    """
    return (si - sj).square() > torch.finfo(si.dtype).eps * si
