"""A diagnosis as text: the matrix of sources, the verdict, its evidence, the remedies."""

from collections.abc import Iterable, Iterator, Sequence

from ...model.diagnosis import CERTAINTIES, Diagnosed, Observation, Reading, Verdict
from ..lookup import look_for
from .escape import visible
from .words import WIDTH, View, columns, duration, fold, role_of_severity


def diagnosis_lines(value: Diagnosed, view: View) -> Iterator[str]:
    """Yield the lines of a result of `diagnose`, a block for each port."""
    if len(value.verdicts) > 1:
        yield from overview(value.verdicts)
        yield ""
    for number, verdict in enumerate(value.verdicts):
        if number:
            yield ""
        to = verdict.destination
        name = f" ({visible(to.name)})" if to.name != to.address else ""
        yield f"{to.address} port {to.port}{name}"
        yield from matrix(verdict.sources)
        yield from verdict_lines(verdict, view)
    for text in value.untried:
        yield f"(not tried: {visible(text)})"
    if value.left_out:
        yield f"({value.left_out} more source addresses were not tried: name them with -from)"
    if value.cancelled:
        yield "(interrupted: these are the results so far)"


def overview(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield a row for each source address, with a column for each address and port."""
    outcomes = [{seen.address or "-": seen.outcome for seen in verdict.sources} for verdict in verdicts]
    sources = dict.fromkeys(address for column in outcomes for address in column)
    rows = [["  Source address", *(str(verdict.destination.endpoint) for verdict in verdicts)]]
    rows += [[f"  {address}", *(column.get(address, "-") for column in outcomes)] for address in sources]
    rows.append(["", *(verdict.kind for verdict in verdicts)])
    yield from map(visible, columns(rows))


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
    first, *others = fold(f"{head}{visible(verdict.kind)}: {visible(verdict.summary)}", "", "  ", view.width)
    kind, colon, rest = first.removeprefix(head).partition(":")
    yield f"{head}{view.paint(role_of_severity(verdict.severity), kind)}{colon}{rest}"
    yield from others
    yield from points(verdict, "  ", width=view.width)
    if verdict.most_syns:
        yield from fold(effort(verdict), "  ", "    ", view.width)


def effort(verdict: Verdict) -> str:
    """Return how many SYNs were sent, the limit, and how long it took."""
    syns = f"{verdict.syns} SYN{'' if verdict.syns == 1 else 's'} of at most {verdict.most_syns}"
    return f"certainty: {_certainty(verdict)}; in all {syns} were sent in {duration(verdict.seconds)}"


def _certainty(verdict: Verdict) -> str:
    """Return how certain the verdict is, and its best cause if that is less certain."""
    known = [*(cause.certainty for cause in verdict.causes), verdict.certainty]
    if not verdict.causes or not set(known) <= set(CERTAINTIES):  # another version may have more of them
        return verdict.certainty
    best = min(known[:-1], key=CERTAINTIES.index)
    if CERTAINTIES.index(best) <= CERTAINTIES.index(verdict.certainty):
        return verdict.certainty
    return f"the verdict is {verdict.certainty}, its cause only {best}"


def aside(verdict: Verdict) -> Iterator[str]:
    """Yield the addresses that are not judged, with the reason."""
    for each in verdict.context:
        outcome = f"; {each.outcome}" if each.outcome else ""
        yield f"{each.address} ({each.interface}): {each.reason}{outcome}"


def reading(value: Reading) -> str:
    """Return a setting, or a counter before and after."""
    after = "" if value.after is None else f" -> {value.after}"
    return f"{value.name}: {value.before}{after}"


def points(
    verdict: Verdict, indent: str, more: Sequence[tuple[str, Iterable[str]]] = (), width: int = WIDTH
) -> Iterator[str]:
    """Yield evidence and remedies of a verdict; a command to copy (it begins with spaces) stays on one line."""
    titled = (("evidence", verdict.evidence), ("remedies", verdict.remedies), ("not judged", aside(verdict)))
    for title, texts in (
        (title, list(texts)) for title, texts in (*titled, ("in captures and logs", look_for(verdict)), *more)
    ):
        if texts:
            yield f"{indent}{title}:"
        for text in texts:
            safe = visible(text)
            if safe.startswith("  "):
                yield f"{indent}  {safe}"
            else:
                yield from fold(safe, f"{indent}- ", f"{indent}  ", width)
