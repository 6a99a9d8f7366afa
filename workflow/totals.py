"""How many jobs may use GPUs at once, and what Snakemake may not cut: it runs a job that asks for more than there is in
all as if it had asked for less.
"""

from collections.abc import Sequence

# GiB of a GPU that the largest job takes, a seed of RRAE on CelebA in batches of 1,152; reckoned, not measured.
LARGEST = 28


def sharing(memories: Sequence[str], visible: str | None) -> int:
    """Return how many jobs may use these GPUs at once, given their memories in MiB: as many of the largest as fit.

    One of unknown memory ([N/A]) or of less takes one job. `visible` is CUDA_VISIBLE_DEVICES.
    """
    jobs = sorted(max(1, int(mib) // (LARGEST * 1024)) if mib.isdecimal() else 1 for mib in memories)
    return max(1, sum(jobs if visible is None else jobs[: len(visible.split(","))]))


def refusal(resource: str, asked: dict[str, int], total: int | None) -> str | None:
    """Return the line for the rule that asks for most of a resource if that is more than the total, else None.

    `asked` is by rule; without a total (None) nothing is counted, and nothing cut.
    """
    rule = max(asked, key=lambda name: asked[name], default=None)
    if rule is None or total is None or asked[rule] <= total:
        return None
    return (
        f"resources: rule {rule} asks for {resource}={asked[rule]} and there are {total} in all, so it can never run: "
        f"add `--resources {resource}={asked[rule]}` or more, or `--config device=cpu`"
    )
