"""An outcome and a verdict have one colour: on the terminal, in a page, in a picture and in a comparison."""

import re

import pytest
from logs import connection, entries_of, made, stamped

from stcp_shell.diagnosis.verdict import KINDS, VerdictKind
from stcp_shell.model.coding import to_json
from stcp_shell.model.comparison import Change, Comparison, Side
from stcp_shell.model.connection import OUTCOMES, Destination
from stcp_shell.model.diagnosis import Diagnosed, Verdict
from stcp_shell.model.results import WaitTimedOut
from stcp_shell.model.trace import Trace, Traces
from stcp_shell.report.text.lines import lines
from stcp_shell.report.text.words import View

TARGET = Destination("x", "10.1.1.1", 2121)
SIDE = Side("x", None, None, 1)
GOOD_OUTCOMES, WARN_OUTCOMES = {"connected", "closed"}, {"timeout", "cancelled", "inconsistent"}


def terminal(result: object) -> set[str]:
    """The roles that a result asks for, but for what is dim."""
    roles: set[str] = set()

    def paint(role: str, text: str) -> str:
        roles.add(role)
        return text

    list(lines(result, View(paint)))
    return roles - {"dim"}


def recalled(record: dict[str, object]) -> object:
    """What a record is of."""
    (entry,) = entries_of([record])
    assert entry.problem == ""
    return entry.record


def changed(what: str, after: str, *severity: str) -> set[str]:
    """Those of a comparison in which something has become so."""
    return terminal(Comparison(SIDE, SIDE, (Change(what, "y", "before", after, *severity),), 0, (), ()))


def drawn(record: dict[str, object]) -> set[str]:
    """Those of a picture's labels."""
    return set(re.findall(r'class="p-label p-(\w+)"', made("svg", [record])))


def page(kind: str, *records: dict[str, object]) -> set[str]:
    """Those of a page's tags with that text."""
    return set(re.findall(rf'<span class="tag (\w+)">{kind}</span>', made("html", records)))


@pytest.mark.parametrize("outcome", [*OUTCOMES, "inconsistent", "new"])
def test_of_outcomes(outcome: str) -> None:
    role = "good" if outcome in GOOD_OUTCOMES else "warn" if outcome in WARN_OUTCOMES else "bad"
    record = connection(outcome=outcome, note="x")
    assert terminal(recalled(record)) == {role}
    assert page(outcome, record) == {role}
    assert drawn(record) == {"none" if outcome == "cancelled" else role}  # nothing ended there
    assert changed("connection", outcome) == changed("connection", f"{outcome}, via x") == {role}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_of_paths(outcome: str) -> None:
    traces = Traces(TARGET, (), 30, False, (Trace("172.16.1.50", "bind", None, outcome, ()),))
    assert terminal(traces) == terminal(recalled(connection(outcome=outcome, note="x")))


def conclusion(kind: str, **more: str) -> dict[str, object]:
    fields = {"name": "x", "address": "10.1.1.1", "port": 2121}
    return stamped("verdict", kind=kind, destination=fields, summary="y", sources=[], evidence=[], remedies=[], **more)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_of_verdicts(kind: VerdictKind) -> None:
    record = conclusion(kind.name, severity=kind.severity)
    verdict = recalled(record)
    assert isinstance(verdict, Verdict)
    assert terminal(Diagnosed((verdict,), False, 0)) == page(kind.name, record) == {kind.severity}


@pytest.mark.parametrize(
    ("kind", "role"), [("healthy", "good"), ("unclear", "warn"), ("single-source", "warn"), ("filtered", "bad")]
)
def test_of_verdicts_of_version_1(kind: str, role: str) -> None:
    """They have no severity: it follows from the kind."""
    assert page(kind, conclusion(kind)) == {role}


def test_colours_take_no_room() -> None:
    """A coloured word is longer, and lines break where they do without colours."""
    summary = "the source address decides: 172.16.1.50 connects, 192.168.77.50 does not"
    found = Diagnosed((Verdict("source-dependent", TARGET, summary, (), (), (), (), "bad"),), False, 0)
    coloured = list(lines(found, View(lambda role, text: f"\x1b[1;31m{text}\x1b[m")))
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in coloured] == list(
        lines(found, View(lambda role, text: text))
    )
    assert any("\x1b[1;31msource-dependent\x1b[m" in line for line in coloured)


def test_of_a_wait_that_timed_out() -> None:
    assert terminal(WaitTimedOut(1, "no connection came", 0.1)) == {"warn"}


@pytest.mark.parametrize(("severity", "role"), [("good", "good"), ("warn", "warn"), ("bad", "bad"), ("new", "bad")])
def test_of_severities(severity: str, role: str) -> None:
    verdict = Verdict("new", TARGET, "y", (), (), (), (), severity)
    assert terminal(Diagnosed((verdict,), False, 0)) == {role}
    assert page("new", stamped("verdict", **to_json(verdict))) == {role}
    assert changed("verdict", "new", severity) == changed("verdict", "new, by 192.168.77.1", severity) == {role}


@pytest.mark.parametrize("what", ["choice", "interface", "address", "route", "rule", "new"])
def test_of_other_changes(what: str) -> None:
    assert changed(what, "via 192.168.77.1") == {"warn"}
