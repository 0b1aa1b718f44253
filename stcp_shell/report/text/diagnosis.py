"""A diagnosis as text: the matrix of sources, the verdict, its evidence, the remedies."""

from collections.abc import Iterable, Iterator

from ...model.diagnosis import Diagnosed, Observation, Verdict
from .escape import visible
from .words import View, columns, duration, fold, role_of_severity


def diagnosis_lines(value: Diagnosed, view: View) -> Iterator[str]:
    """Yield the lines of a result of `diagnose`, a block for each port."""
    for number, verdict in enumerate(value.verdicts):
        if number:
            yield ""
        to = verdict.destination
        name = f" ({visible(to.name)})" if to.name != to.address else ""
        yield f"{to.address} port {to.port}{name}"
        yield from matrix(verdict.sources)
        yield from verdict_lines(verdict, view)
    if value.left_out:
        yield f"({value.left_out} more source addresses were not tried: name them with -from)"
    if value.cancelled:
        yield "(interrupted: these are the results so far)"


def matrix(sources: tuple[Observation, ...]) -> Iterator[str]:
    """Yield a row for each source address."""
    rows = [["  Source address", "Chosen by", "Outcome", "Answers", "After"]]
    for seen in sources:
        answers = f"{seen.answered}/{seen.attempts}"
        rows.append([f"  {seen.address or '-'}", seen.chosen_by, seen.outcome, answers, duration(seen.elapsed)])
    yield from map(visible, columns(rows))


def verdict_lines(verdict: Verdict, view: View) -> Iterator[str]:
    """Yield the verdict with its evidence and remedies."""
    head = "verdict: "
    first, *others = fold(f"{head}{visible(verdict.kind)}: {visible(verdict.summary)}", "", "  ")
    kind, colon, rest = first.removeprefix(head).partition(":")
    yield f"{head}{view.paint(role_of_severity(verdict.severity), kind)}{colon}{rest}"
    yield from others
    yield from points(verdict.evidence, verdict.remedies, "  ")


def points(evidence: Iterable[str], remedies: Iterable[str], indent: str) -> Iterator[str]:
    """Yield evidence and remedies of a verdict; a command to copy (it begins with spaces) stays on one line."""
    for title, texts in (("evidence", list(evidence)), ("remedies", list(remedies))):
        if texts:
            yield f"{indent}{title}:"
        for text in texts:
            safe = visible(text)
            if safe.startswith("  "):
                yield f"{indent}  {safe}"
            else:
                yield from fold(safe, f"{indent}- ", f"{indent}  ")
