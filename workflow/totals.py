"""What Snakemake may not cut: it runs a job that asks for more than there is in all as if it had asked for less."""


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
