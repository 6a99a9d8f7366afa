"""What a check finds: numbers, each with the largest that is right, or why there are none."""

from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a process that checks starts without it
    from torch import Tensor


@dataclass(frozen=True)
class Number:
    """A number that was measured; `limit` is the largest that is right (None: any is)."""

    what: str
    value: float
    unit: str = ""
    limit: float | None = None

    @property
    def right(self) -> bool:
        """Tell whether it is within its limit; NaN is not."""
        return self.limit is None or self.value <= self.limit

    def __str__(self) -> str:
        number = f"{self.what} {self.value:.4g}{self.unit and ' ' + self.unit}"
        return number if self.right else f"{number}, over {self.limit:g}"


@dataclass(frozen=True)
class Outcome:
    """What came of a check: its numbers, or its problem in a line and where that arose."""

    numbers: list[Number] = field(default_factory=list)
    problem: str = ""
    trace: str = ""

    @property
    def passed(self) -> bool:
        """Tell whether there are numbers and all are right."""
        return not self.problem and all(number.right for number in self.numbers)

    def record(self) -> dict:
        """Return it as JSON keeps it, which has no NaN."""
        numbers = [asdict(each) | ({} if isfinite(each.value) else {"value": str(each.value)}) for each in self.numbers]
        return {"passed": self.passed, "numbers": numbers, "problem": self.problem, "trace": self.trace}

    def __str__(self) -> str:
        return self.problem or ", ".join(map(str, self.numbers))


def apart(ours: "Tensor", reference: "Tensor") -> float:
    """Return the length of the difference of two tensors over the length of the reference."""
    ours, reference = ours.double().cpu(), reference.double().cpu()
    return float((ours - reference).norm() / reference.norm())


def worst(ours: "Tensor", reference: "Tensor") -> float:
    """Return the largest relative difference between entries of two tensors."""
    return float((ours.double().cpu() / reference.double().cpu() - 1).abs().max())
