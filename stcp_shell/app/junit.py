"""The expectations of scripts as JUnit XML, which continuous integration reads."""

import os
from collections.abc import Iterator, Sequence
from html import escape  # escapes the same five characters; xml.sax.saxutils would import all of urllib
from itertools import groupby
from typing import NamedTuple

from ..model.checks import Check, Failed
from ..report.text.escape import visible


class Case(NamedTuple):
    """An expectation, or a command that failed. `kind`: failure (a miss), error, or empty if all is well."""

    source: str
    line: int
    text: str
    kind: str = ""
    wrong: str = ""  # the first line is the message, the others are the evidence


def not_junit(path: str) -> bool:
    """Return whether a file holds something else than JUnit XML. If it cannot be read, writing it says more."""
    try:
        if not os.path.isfile(path):
            return False  # a pipe must not be waited for
        with open(path, "rb") as file:
            begin = file.read(1000)
    except (OSError, ValueError):
        return False
    return bool(begin) and b"<testsuite" not in begin


def junit_lines(cases: Sequence[Case], seconds: float) -> Iterator[str]:
    """Yield the lines of the file: a suite for each script, with a case for each expectation and failed command."""
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield f'<testsuites {_counts(cases)} time="{seconds:.3f}">'
    for source, grouped in groupby(cases, lambda case: case.source):
        suite = list(grouped)
        yield f"  <testsuite name={_attribute(source)} {_counts(suite)}>"
        for case in suite:
            yield from _case(case)
        yield "  </testsuite>"
    yield "</testsuites>"


def cases(checks: Sequence[Check], failed: Sequence[Failed]) -> list[Case]:
    """Return the cases of a session, sorted by script and line."""
    found = [Case(f.source or "typed", f.line, f.text, "error", f.why) for f in failed]
    for check in checks:
        result = check.result
        wrong = "" if result.met else "\n".join([f"expected {result.expected}; seen {result.seen}", *result.evidence])
        text = check.text + result.where.partition(f"{check.source}:{check.line}")[2] if check.source else check.text
        text += f": {result.flow}" if result.flow else ""
        found.append(Case(check.source or "typed", check.line, text, "failure" if wrong else "", wrong))
    return sorted(found, key=lambda case: (case.source, case.line))


def _counts(cases: Sequence[Case]) -> str:
    failures, errors = (sum(case.kind == kind for case in cases) for kind in ("failure", "error"))
    return f'tests="{len(cases)}" failures="{failures}" errors="{errors}"'


def _case(case: Case) -> Iterator[str]:
    name = _attribute(f"{case.source}:{case.line}: {case.text}")
    head = f"    <testcase classname={_attribute(case.source)} name={name}"
    if not case.kind:
        yield f"{head}/>"
        return
    first, _, rest = case.wrong.partition("\n")
    # XML 1.0 has no way to write most control characters: they are made visible, line by line
    evidence = escape("\n".join(visible(line) for line in rest.split("\n")), quote=False)
    yield f"{head}>"
    yield f"      <{case.kind} message={_attribute(first)}>{evidence}</{case.kind}>"
    yield "    </testcase>"


def _attribute(text: str) -> str:
    return f'"{escape(visible(text))}"'
