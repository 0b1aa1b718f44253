"""A diagnosis as text: the matrix of sources, the verdict, its evidence, the remedies."""

from collections.abc import Callable, Iterator

from ...diagnosis.case import Observation, Verdict
from ...findings import Diagnosed
from .escape import visible
from .events import points
from .words import columns, duration, fold, role_of_verdict


def diagnosis_lines(value: Diagnosed, paint: Callable[[str, str], str]) -> Iterator[str]:
    """The lines of a result of `diagnose`, a block for each port."""
    for number, verdict in enumerate(value.verdicts):
        if number:
            yield ""
        target = verdict.destination
        name = f" ({visible(verdict.name)})" if verdict.name != target.address else ""
        yield f"{target.address} port {target.port}{name}"
        yield from matrix(verdict.sources)
        yield from verdict_lines(verdict, paint)
    if value.left_out:
        yield f"({value.left_out} more source addresses were not tried: name them with -from)"
    if value.cancelled:
        yield "(interrupted: this is what was known by then)"


def matrix(sources: tuple[Observation, ...]) -> Iterator[str]:
    """A row for each source address."""
    rows = [["  Source address", "Chosen by", "Outcome", "Answers", "After"]]
    for seen in sources:
        answers = f"{seen.answered}/{seen.attempts}"
        rows.append([f"  {seen.address or '-'}", seen.chosen_by, seen.outcome, answers, duration(seen.elapsed)])
    yield from map(visible, columns(rows))


def verdict_lines(verdict: Verdict, paint: Callable[[str, str], str]) -> Iterator[str]:
    """The verdict with its evidence and remedies."""
    kind = paint(role_of_verdict(verdict.kind), verdict.kind)
    yield from fold(f"verdict: {kind}: {visible(verdict.summary)}", "", "  ")
    yield from points(verdict.evidence, verdict.remedies, "  ")
