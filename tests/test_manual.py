"""The manual pages: they tell all that is declared, roff takes them without a warning, and man/ is in step.

scripts/update writes these files anew.
"""

import os
import re
import shutil
import subprocess

import pytest
from child import ROOT
from programs import run

from stcp_shell import __version__
from stcp_shell.app.man_page import manual, roff
from stcp_shell.app.options import OPTIONS
from stcp_shell.commands import CATALOGUE
from stcp_shell.model.documentation import described

FOLDER = ROOT / "man"
PAGE, LOG_PAGE = FOLDER / "stcp-shell.1", FOLDER / "stcp-shell-log.5"
SECTIONS = (
    "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "LANGUAGE", "EXIT STATUS", "FILES", "ENVIRONMENT",
    "EXAMPLES", "SEE ALSO",
)  # fmt: skip


def shown(page: str, *command: str) -> str:
    """What a formatter makes of a page; it must be there in CI, and have nothing to warn of."""
    if not shutil.which(command[0]):
        if os.environ.get("CI"):
            pytest.fail(f"{command[0]} is not installed")
        pytest.skip(f"the manual page is NOT TRIED: {command[0]} is not installed")
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "MANWIDTH": "80"}
    done = subprocess.run(
        command, input=page, env=environment, capture_output=True, text=True, timeout=60, check=True
    )  # fmt: skip
    assert done.stderr == ""
    return re.sub("\x1b\\[[0-9;]*m|.\x08", "", done.stdout)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    done = run(tmp_path_factory.mktemp("manual"), "--manual")
    assert (done.status, done.err) == (0, "")
    return done.out


@pytest.fixture(scope="module")
def log_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    done = run(tmp_path_factory.mktemp("manual"), "--manual", "log")
    assert (done.status, done.err) == (0, "")
    return done.out


def test_the_files_are_in_step(page: str, log_page: str) -> None:
    for path, text in ((PAGE, page), (LOG_PAGE, log_page)):
        if os.environ.get("UPDATE"):
            path.write_text(text, encoding="ascii")
        assert path.read_text(encoding="ascii") == text, f"{path.name} is out of step: run scripts/update"


@pytest.mark.parametrize(
    "command", [("groff", "-ww", "-man", "-Tutf8"), ("man", "--warnings", "-l", "-")], ids=lambda command: command[0]
)
def test_roff_has_nothing_to_warn_of(command: tuple[str, ...], page: str) -> None:
    lines = shown(page, *command).splitlines()
    assert [line for line in lines if line.isupper() and line[0] != " "] == list(SECTIONS)
    text = " ".join(" ".join(lines).split())
    for flag in OPTIONS:
        assert f"{flag.name} " in text
    for told in CATALOGUE:
        assert told.name in text
        for example in told.examples:
            assert any(line.strip() == example for line in lines), "it can be copied as it stands"
    assert f"stcp-shell {__version__}" in lines[-1] or f"stcp-shell {__version__}" in lines[-2]


@pytest.mark.parametrize(
    "command", [("groff", "-ww", "-man", "-Tutf8"), ("man", "--warnings", "-l", "-")], ids=lambda command: command[0]
)
def test_the_page_of_the_log_explains_every_field(command: tuple[str, ...], log_page: str) -> None:
    text = " ".join(shown(log_page, *command).split())
    for part in (part for parts in described() for part in parts):
        assert part.text in text.replace("\u2010 ", ""), part.name
        for name, holds, _ in part.fields:
            assert f"{name} ({holds})" in text


def test_it_has_its_sections_and_all_that_is_declared(page: str) -> None:
    assert re.findall(r"^\.SH (.*)", page, re.MULTILINE) == list(SECTIONS)
    assert re.findall(r"^\.SS (.*)", page, re.MULTILINE) == [roff(family) for family in CATALOGUE.families]
    for command in CATALOGUE:
        assert roff(command.summary) in page
        for parameter in command.parameters:
            assert roff(parameter.help) in page


@pytest.mark.parametrize(
    "text", [".SH BAD", "'br", r"a\fBb\n(.z", "-x --y 'q' `b` ^~\"", "Straße → 10.1.1.1…", "a|b|c", "\\"]
)
def test_any_text_is_shown_as_it_is(text: str) -> None:
    lines = shown(f".TH X 1\n.nf\n{roff(text)}\n", "groff", "-ww", "-man", "-Tutf8", "-P-c").splitlines()
    assert [line.strip() for line in lines if line.strip()][1:-1] == [text]


def test_it_is_made_line_by_line() -> None:
    assert not [line for line in manual("0", CATALOGUE) if "\n" in line]
