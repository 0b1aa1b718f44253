"""An outcome and a verdict have one colour: on the terminal, in a page, in a picture and in a comparison."""

import re

import pytest
from logs import connection, entries_of, made, stamped

from stcp_shell.diagnosis.verdict import KINDS, VERDICTS
from stcp_shell.model.coding import to_json
from stcp_shell.model.comparison import Change, Comparison, Side
from stcp_shell.model.connection import OUTCOMES, Destination
from stcp_shell.model.diagnosis import Diagnosed, Verdict
from stcp_shell.model.trace import Trace, Traces
from stcp_shell.report.text.lines import lines
from stcp_shell.report.text.words import View

TARGET = Destination("x", "10.1.1.1", 2121)
SIDE = Side("x", None, None, 1)
GOOD_OUTCOMES, WARN_OUTCOMES = {"connected"}, {"timeout", "cancelled", "inconsistent"}
GOOD_VERDICTS, WARN_VERDICTS = {"healthy"}, {"unclear", "single-source"}


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


@pytest.mark.parametrize("kind", [*VERDICTS, "new"])
def test_of_verdicts(kind: str) -> None:
    """A log of version 1 does not have the severity: it follows from the kind."""
    role = "good" if kind in GOOD_VERDICTS else "warn" if kind in WARN_VERDICTS else "bad"
    assert [each.severity for each in KINDS if each.name == kind] == ([] if kind == "new" else [role])
    fields = {"name": "x", "address": "10.1.1.1", "port": 2121}
    record = stamped("verdict", kind=kind, destination=fields, summary="y", sources=[], evidence=[], remedies=[])
    verdict = recalled(record)
    assert isinstance(verdict, Verdict)
    assert terminal(Diagnosed((verdict,), False, 0)) == {role}
    assert page(kind, record) == {role}


@pytest.mark.parametrize(("severity", "role"), [("good", "good"), ("warn", "warn"), ("bad", "bad"), ("new", "bad")])
def test_of_severities(severity: str, role: str) -> None:
    verdict = Verdict("new", TARGET, "y", (), None, (), (), severity)
    assert terminal(Diagnosed((verdict,), False, 0)) == {role}
    assert page("new", stamped("verdict", **to_json(verdict))) == {role}
    assert changed("verdict", "new", severity) == changed("verdict", "new, by 192.168.77.1", severity) == {role}


@pytest.mark.parametrize("what", ["choice", "interface", "address", "route", "rule", "new"])
def test_of_other_changes(what: str) -> None:
    assert changed(what, "via 192.168.77.1") == {"warn"}
