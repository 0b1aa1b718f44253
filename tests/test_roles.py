"""An outcome and a verdict have one colour: on the terminal, in a page, in a picture and in a comparison."""

import re

import pytest
from logs import connection, made, stamped

from stcp_shell.diagnosis.case import Verdict
from stcp_shell.facts import OUTCOMES, VERDICTS, Endpoint, Trace
from stcp_shell.findings import Change, Comparison, Diagnosed, Side, Traces
from stcp_shell.report.recall import connection as recalled
from stcp_shell.report.text.lines import lines

TARGET = Endpoint("10.1.1.1", 2121)
SIDE = Side("x", None, None, 1)
GOOD_OUTCOMES, WARN_OUTCOMES = {"connected"}, {"timeout", "cancelled", "unsteady"}
GOOD_VERDICTS, WARN_VERDICTS = {"healthy"}, {"unclear", "single-source"}


def terminal(result: object) -> set[str]:
    """The roles that a result asks for, but for what is dim."""
    roles: set[str] = set()

    def paint(role: str, text: str) -> str:
        roles.add(role)
        return text

    list(lines(result, paint))
    return roles - {"dim"}


def changed(what: str, after: str) -> set[str]:
    """Those of a comparison in which something has become so."""
    return terminal(Comparison(SIDE, SIDE, (Change(what, "y", "before", after),), 0, (), ()))


def drawn(record: dict[str, object]) -> set[str]:
    """Those of a picture's labels."""
    return set(re.findall(r'class="p-label p-(\w+)"', made("svg", [record])))


def page(kind: str, *records: dict[str, object]) -> set[str]:
    """Those of a page's tags with that text."""
    return set(re.findall(rf'<span class="tag (\w+)">{kind}</span>', made("html", records)))


@pytest.mark.parametrize("outcome", [*OUTCOMES, "unsteady", "new"])
def test_of_outcomes(outcome: str) -> None:
    role = "good" if outcome in GOOD_OUTCOMES else "warn" if outcome in WARN_OUTCOMES else "bad"
    record = connection(outcome=outcome, note="x")
    assert terminal(recalled(record)) == {role}
    assert page(outcome, record) == {role}
    assert drawn(record) == {"none" if outcome == "cancelled" else role}  # nothing ended there
    assert changed("connection", outcome) == changed("connection", f"{outcome}, via x") == {role}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_of_paths(outcome: str) -> None:
    traces = Traces("x", TARGET, 30, [Trace(TARGET, "172.16.1.50", "bind", (), outcome)], [None])
    assert terminal(traces) == terminal(recalled(connection(outcome=outcome, note="x")))


@pytest.mark.parametrize("kind", [*VERDICTS, "new"])
def test_of_verdicts(kind: str) -> None:
    role = "good" if kind in GOOD_VERDICTS else "warn" if kind in WARN_VERDICTS else "bad"
    verdict = Verdict(kind, TARGET, "x", "y", (), None, (), ())
    assert terminal(Diagnosed([verdict], False, 0)) == {role}
    fields = {"name": "x", "address": "10.1.1.1", "port": 2121}
    record = stamped("verdict", kind=kind, destination=fields, summary="y", sources=[], evidence=[], remedies=[])
    assert page(kind, record) == {role}
    assert changed("verdict", kind) == changed("verdict", f"{kind}, by 192.168.77.1") == {role}


@pytest.mark.parametrize("what", ["choice", "interface", "address", "route", "rule", "new"])
def test_of_other_changes(what: str) -> None:
    assert changed(what, "via 192.168.77.1") == {"warn"}
