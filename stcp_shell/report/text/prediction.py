"""Loaded tables and predictions as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...model.prediction import LoadedTables, PredictedLive, Prediction
from .escape import visible
from .words import View, fold

_ROLES = {"certain": "good", "documented": "good", "conditional": "warn", "unknown": "bad"}
_CITED = 160  # characters of a line that is cited


def loaded_lines(value: LoadedTables, view: View) -> Iterator[str]:
    """Yield what was loaded, the sum of the lines, and those that were not understood."""
    what = f"{value.interfaces} interfaces, {value.addresses} addresses, {value.routes} routes, {value.rules} rules"
    yield visible(f"{value.host} ({value.system or 'system not known'}): {what}")
    total = sum(each.lines for each in value.lines)
    states = ", ".join(f"{each.lines} {each.state}" for each in value.lines if each.lines)
    yield from fold(visible(f"{total} lines of {', '.join(value.files)}: {states}"), "  ", "    ", view.width)
    for host in value.same_text:
        yield from _folded(f"the text shows another host too, loaded as {host}", view)
    for remark in value.remarks:
        yield from _folded(remark, view)
    for line in value.unread:
        why = f"  ({line.why})" if line.why else ""
        yield visible(f"  {line.file}:{line.line}: {line.text[:_CITED]}{why}")
    missing = sum(each.lines for each in value.lines if each.state in ("partly", "not understood")) - len(value.unread)
    if missing > 0:
        yield f"  and {missing} more (tables -unread)"


def prediction_lines(value: Prediction, view: View) -> Iterator[str]:
    """Yield the answer, and then what it rests on."""
    yield from (view.paint(_ROLES.get(value.level, "warn"), line) for line in fold(visible(answer(value)), "", "  "))
    if value.why and value.level != "unknown":
        yield from _folded(f"why: {value.why}", view)
    for row in value.rows:
        yield visible(f"  {row.file}:{row.line}: {' '.join(row.text.split())[:_CITED]}")
        yield from fold(visible(row.why), "      ", "      ", view.width)
    yield from _listed("not known:", value.missing, view)
    yield from _listed("what changes it:", value.remedies, view)
    yield from _listed("to be sure, run on that host:", value.sure, view)


def live_lines(value: PredictedLive, view: View) -> Iterator[str]:
    """Yield the prediction, and what this host's kernel says."""
    yield from prediction_lines(value.prediction, view)
    kernel = value.kernel
    said = [f"via {kernel.gateway}" if kernel.gateway else "", f"by {kernel.interface}" if kernel.interface else ""]
    said.append(f"source address {kernel.source}" if kernel.source else f"no source address ({kernel.why})")
    text = f"this host's kernel: {', '.join(filter(None, said))}: "
    if value.prediction.level == "unknown":
        yield from _folded(text + "it decides what the tables leave open", view)
    elif value.agrees:
        yield from _folded(text + "the same", view)
    else:
        for line in fold(visible(text + "NOT what is predicted; route get has its reasons"), "  ", "    ", view.width):
            yield view.paint("bad", line)


def answer(value: Prediction) -> str:
    """Return the prediction in a sentence."""
    to = f"{value.host}: to {value.destination.address}"
    if value.asked:
        to += f" from {value.asked}"
    if value.added:
        to += f" (with the route {value.added})"
    if value.outcome:
        return f"{to}: the host itself refuses it, {value.outcome} ({value.level}): {value.why}"
    way = f" via {value.next_hop}" if value.next_hop else ""
    way += f" by {value.interface}" if value.interface else ""
    if value.source is None:
        some = f"one of {', '.join(value.candidates)}" if value.candidates else "not known"
        differs = f", in any case not {value.client_used}, which the client used" if value.differs else ""
        return f"{to}{way}: source address {some}{differs} ({value.level}): {value.why}"
    used = ""
    if value.differs is not None:
        used = f", NOT {value.client_used}, which the client used" if value.differs else ", which the client used"
    return f"{to}{way}: source address {value.source}{used} ({value.level})"


def _folded(text: str, view: View) -> Iterator[str]:
    yield from fold(visible(text), "  ", "    ", view.width)


def _listed(head: str, texts: Iterable[str], view: View) -> Iterator[str]:
    for number, text in enumerate(texts):
        if number == 0:
            yield f"  {head}"
        yield from fold(visible(text), "    - ", "      ", view.width)
