"""A row of the table, and how the rows are printed."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import NamedTuple

Samples = list[float]


class Row(NamedTuple):
    """A figure. `holds` None: no target, for information only."""

    what: str
    ours: str
    baseline: str = ""
    ratio: float | None = None
    target: str = ""
    holds: bool | None = None


def at_most(most: float, what: str, ours: Samples, baseline: Samples, less: Samples | None = None) -> Row:
    """Ours, minus the start-up in `less` if it is given, may take `most` times the time of the baseline."""
    value, base = median(ours) - (median(less) if less else 0.0), median(baseline)
    ratio = value / base
    return Row(what, seconds(value), seconds(base), ratio, f"<= {most:g}", ratio <= most)


def interleaved(repeats: int, *measure: Callable[[], float]) -> list[Samples]:
    """Take each measurement `repeats` times in turn, so that a slow phase of the machine affects all of them."""
    samples: list[Samples] = [[] for _ in measure]
    for _ in range(repeats):
        for kept, take in zip(samples, measure):
            kept.append(take())
    return samples


def seconds(value: float) -> str:
    """A time, in the unit in which it reads best."""
    if abs(value) >= 1:
        return f"{value:.2f} s"
    return f"{value * 1e3:.1f} ms" if abs(value) >= 1e-3 else f"{value * 1e6:.1f} us"


_FORMAT = "{:<63} {:>9} {:>9} {:>6} {:>9}  {}"


def heading() -> str:
    """The table's first line."""
    return _FORMAT.format("", "ours", "baseline", "ratio", "target", "").rstrip()


def line(row: Row) -> str:
    """A row as a line."""
    verdict = {True: "ok", False: "MISS", None: ""}[row.holds]
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    return _FORMAT.format(row.what, row.ours, row.baseline, ratio, row.target, verdict).rstrip()
