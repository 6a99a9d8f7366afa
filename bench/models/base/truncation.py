"""Codes of the rank of a truncated singular value decomposition: what RRAE and aRRAE share (arXiv 2405.13980)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from bench.job.command import Stop
from bench.models.base.autoencoder import RECONSTRUCTION, Autoencoder
from bench.models.base.backbone import Backbone


class TruncatedAutoencoder(Autoencoder):
    """An autoencoder whose decoder sees the best approximation of rank `rank` of each batch's codes, strong form.

    After training the bases of all batches make one projection, and for the last `fine_tune` of the epochs only the
    decoder is trained, on codes projected by it. Inference projects too, so that codes have at most that rank.
    """

    recorded = False  # PyTorch asks on the host whether an eigenvalue problem was solved; nothing else waits for it

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
        z = self.encode(x) if self.settled else truncate(self.encoder(x), self.rank)
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


def truncate(z: Tensor, rank: int | Tensor) -> Tensor:
    """Return the best approximation of codes [..., n, d] by a matrix of at most `rank`; gradients pass through it.

    Codes that are not finite, of a seed that diverged, give NaN, where an eigenvalue problem would fail.
    """
    finite = z.isfinite().all(-1, keepdim=True).all(-2, keepdim=True)
    codes = torch.where(finite, z, torch.zeros_like(z)).double()  # squared below, which halves the digits
    wide = z.shape[-2] <= z.shape[-1]
    near = _truncate_wide(codes if wide else codes.mT, rank, torch.finfo(z.dtype).eps)
    return torch.where(finite, near if wide else near.mT, torch.nan).to(z.dtype)


def _truncate_wide(z: Tensor, rank: int | Tensor, eps: float) -> Tensor:
    """Return the truncation of a matrix [..., m, l], m <= l, with its exact derivative; `eps` is the codes' rounding.

    With z z^T = U diag(w) U^T it is P z, P the projection onto the last `rank` columns of U. The derivative of U
    divides by the differences of all w, so equal ones give NaN. P depends on the spanned subspaces alone and has
    dP = U (F * d(U^T z z^T U)) U^T with U constant, where F is zero but for pairs across the cut. The bracket's
    second part is that: its value is zero, its derivative is not.
    """
    constant = z.detach()
    values, basis = torch.linalg.eigh(constant @ constant.mT)
    kept = torch.arange(-values.shape[-1], 0, device=z.device) >= -rank
    turned = basis.mT @ z
    gram = turned @ turned.mT
    moved = _factors(values, kept, eps) * (gram - gram.detach())
    return basis @ ((kept.diag() + moved) @ turned)


def _factors(values: Tensor, kept: Tensor, eps: float) -> Tensor:
    """Return 1 / |w_i - w_j| [..., m, m] for eigenvalues of which one is kept, where rounding tells them apart, and 0.

    A pair multiplies its entries of the gradient by at most s_i / (s_i - s_j), s_i^2 = w_i being the larger. Of a
    largest s of 1, codes know s to about `eps` and so that factor to about s_i eps / (s_i - s_j)^2, which is 1 at a
    difference of sqrt(eps s_i): closer ones would add more of rounding than they have of a gradient. In the same way
    the decomposition knows w to about m times its own rounding. No factor exceeds 1 / sqrt(eps), values that are zero
    but for rounding are not apart, and where the cut goes through equal values, which leaves no derivative, that pair
    contributes nothing.
    """
    largest = values[..., -1:].clamp_min(torch.finfo(values.dtype).tiny)
    w = values.clamp_min(0) / largest
    one, other = w[..., :, None], w[..., None, :]
    square, gap = torch.maximum(one, other), (one - other).abs()
    s, total = square.sqrt(), one.sqrt() + other.sqrt()
    own = len(kept) * torch.finfo(values.dtype).eps
    apart = gap.square() > torch.maximum(eps * s * total.square(), own * square)
    return torch.where(apart & (kept[:, None] != kept), 1 / (gap * largest[..., None]), 0)
