"""A figure: one ratio for each round, the bar it must keep, and whether it does."""

from collections.abc import Sequence
from statistics import median
from typing import Literal

from msgspec import Struct


class Figure(Struct, frozen=True, kw_only=True):
    """One row of the table.

    ``rounds`` are ratios, or values in ``unit`` where the bar itself is one; the median
    counts. Without a bar it is only told. ``detail`` says what stood on either side, in
    absolute terms of this machine.
    """

    benchmark: str
    what: str
    rounds: tuple[float, ...]
    bar: float | None = None
    keep: Literal["at most", "at least", "under", "told"] = "told"
    unit: str = "x"
    detail: str = ""

    @property
    def middle(self) -> float:
        """The median of the rounds."""
        return median(self.rounds)

    @property
    def kept(self) -> bool:
        """Whether the median keeps the bar; without one it does."""
        if self.bar is None:
            return True
        match self.keep:
            case "at most":
                return self.middle <= self.bar
            case "at least":
                return self.middle >= self.bar
            case "under":
                return self.middle < self.bar
            case "told":
                return True


class Result(Struct, frozen=True, kw_only=True):
    """What one benchmark gave; ``skipped`` says aloud what could not be measured."""

    figures: tuple[Figure, ...]
    skipped: tuple[str, ...] = ()


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, ...]:
    """Ours over theirs, round by round: both of a round met the same machine."""
    return tuple(mine / other for mine, other in zip(ours, theirs, strict=True))


def seconds(values: Sequence[float]) -> str:
    """A median as text, in seconds of CPU."""
    return f"{median(values):.2f} s"
