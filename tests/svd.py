"""Truncations by singular value decompositions: what values and gradients are held against."""

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx


def truncate_by_svd(z: Tensor, rank: int) -> Tensor:
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
