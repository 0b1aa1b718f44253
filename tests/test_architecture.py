"""The house: what may import what, where names stand, and that every record reaches every reader."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from child import ROOT
from logs import CURRENT, golden_records, made

from stcp_shell import model
from stcp_shell.model.record import KINDS, RECORDS, UNLOGGED, fields, is_declared
from stcp_shell.report.formats import FORMATS
from stcp_shell.report.text import lines, records

PACKAGE = ROOT / "stcp_shell"
ROOMS = ("app", "commands", "report", "diagnosis", "log", "net", "language", "lab", "pasted", "model")
# The entry points, which import what the command line asks for; the list of formats; the functions of commands.
DOORS = ("app/program.py", "app/main.py", "app/pytest_plugin.py", "report/formats.py", "commands/")
# A table of connections and attempts, and a picture of paths, show what they are made for. All other formats show
# every record.
OF_THEIR_OWN = {
    "csv": {"connection", "verdict", "observed", "prediction", "called", "arrival"},
    "svg": {"session", "connection", "verdict", "trace", "observed", "prediction", "callback"},
}
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 300, 60


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def test_imports_go_down() -> None:
    """The contracts in pyproject.toml: floors, no circles, pure verdicts."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    if not Path(command[0]).exists():
        pytest.skip("import-linter is not installed: scripts/install check")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


def test_the_rooms_are_all_there_is() -> None:
    assert {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(ROOMS)
    assert sorted(path.name for path in PACKAGE.glob("*.py")) == [
        "__init__.py",
        "__main__.py",
        "environment.py",
        "errors.py",
    ]


def test_the_package_imports_late_at_its_doors_only() -> None:
    late = [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        if not name.startswith(DOORS)
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert late == []


def test_a_name_of_a_module_stands_once_in_a_room() -> None:
    for room in ROOMS:
        names = Counter(path.stem for path in (PACKAGE / room).rglob("*.py") if path.stem != "__init__")
        assert [name for name, count in names.items() if count > 1] == [], room


def test_modules_and_functions_are_small() -> None:
    large = [
        name for name, _ in modules() if len((PACKAGE / name).read_text(encoding="utf-8").splitlines()) > MOST_LINES
    ]
    long = [
        f"{name}:{function.lineno} {function.name}"
        for name, tree in modules()
        for function in functions(tree)
        if (function.end_lineno or 0) - function.lineno >= MOST_LINES_OF_A_FUNCTION
    ]
    assert (large, long) == ([], [])


def test_below_the_program_nothing_looks_at_the_process() -> None:
    """No `sys.stdout`, no `os.environ`: streams and variables are handed in. (The lab makes it another process.)"""
    looks = [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        if not name.startswith(("app/", "lab/", "environment.py"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("sys", "stdout"), ("sys", "stderr"), ("sys", "stdin"), ("os", "environ")}
    ]
    assert looks == []


def test_every_field_says_what_it_is() -> None:
    declared = set(RECORDS.values())
    while more := {field.type for cls in declared for field in fields(cls) if is_declared(field.type)} - declared:
        declared |= more
    assert [f"{cls.__name__}.{field.name}" for cls in declared for field in fields(cls) if not field.doc] == []


def test_every_result_is_a_record_or_known_not_to_be_logged() -> None:
    """What the screen shows is logged as it is, becomes records when it has been shown, or is in UNLOGGED."""
    shown = set(lines.RENDERERS)
    undecided = {cls for cls in shown if cls not in KINDS and not hasattr(cls, "records") and cls not in UNLOGGED}
    assert undecided == set()
    assert not set(UNLOGGED) & set(KINDS)


def test_every_record_has_its_text() -> None:
    readable = {*lines.RENDERERS, *records.WRITERS}
    assert set(RECORDS.values()) - readable == set()


@pytest.mark.parametrize("form", FORMATS)
def test_every_type_of_record_reaches_every_format(form: str) -> None:
    """One record of each type alone makes a report that is another one than that of an empty log."""
    empty = made(form, [])
    known = {kind.type for kind in KINDS.values()}
    shown = {record["type"] for record in golden_records(CURRENT) if made(form, [record]) != empty} & known
    assert shown == OF_THEIR_OWN.get(form, known)


def test_the_model_is_read_at_run_time_on_the_oldest_python() -> None:
    """Hints that are read at run time must resolve on Python 3.9: not postponed, no `X | None`."""
    folder = Path(model.__file__).parent
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "Annotated" in text:
            assert "from __future__ import annotations" not in text, path.name
            assert " | None" not in text, path.name
