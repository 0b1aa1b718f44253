"""What is declared is what is there: functions take the declared keywords, and help tells all of it."""

import inspect
import re
from pathlib import Path

import pytest
from programs import run, shows

from stcp_shell.app.options import OPTIONS, Arguments
from stcp_shell.commands import CATALOGUE
from stcp_shell.commands.topics import TOPICS
from stcp_shell.language.declaration import Command, Option, keyword_of
from stcp_shell.language.kinds import FLAG
from stcp_shell.language.parser import Parser
from stcp_shell.report.text.words import WIDTH

COMMANDS = list(CATALOGUE)
each = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)


@each
def test_the_function_takes_what_is_declared(command: Command) -> None:
    session, *taken = inspect.signature(command.run).parameters.values()
    assert session.name == "session"
    declared = {keyword_of(parameter.name): parameter for parameter in command.parameters}
    assert {parameter.name for parameter in taken} == set(declared)
    assert len(declared) == len(command.parameters)
    for parameter in taken:
        # What need not be given must have a default; what must be given needs none.
        assert (parameter.default is inspect.Parameter.empty) == declared[parameter.name].required


def test_an_option_of_the_command_line_has_its_field() -> None:
    fields = set(vars(Arguments()))
    named = {"-c": "commands", "-D": "definitions", "-j": "jobs"}
    for option in OPTIONS:
        if option.kind is not FLAG:
            assert named.get(option.name, keyword_of(option.name.lstrip("-"))) in fields, option.name


@each
def test_the_declaration_is_sound(command: Command) -> None:
    assert command.summary.endswith(".")
    assert len(command.summary) <= 120
    for parameter in command.parameters:
        assert parameter.help
        assert not parameter.help.endswith(".")
        if isinstance(parameter, Option):
            assert not (parameter.kind is FLAG and parameter.required)
    # After a word that takes all the rest nothing more can be given, and what may be left out comes last.
    assert not any(argument.rest for argument in command.arguments[:-1])
    needed = [argument.required for argument in command.arguments]
    assert needed == sorted(needed, reverse=True)


@each
def test_the_examples_parse(command: Command) -> None:
    def script(path: str, including: str) -> tuple[str, str]:
        return path, ""

    used = set()
    for example in command.examples:
        parser = Parser(CATALOGUE, {"N": "2121"}, script)
        parser.parse(example)
        assert not parser.problems
        used |= {call.command.name for call in parser.calls}
    assert command.name in used or not command.parameters


@each
def test_help_tells_all_of_it(command: Command, tmp_path: Path) -> None:
    done = run(tmp_path, "--no-log", "-c", f"help {command.name}")
    told = " ".join(done.out.split()).replace("| ", "|")
    for text in (command.usage, command.summary, *command.examples):
        assert text in told
    assert [line.strip() for line in done.out.splitlines()[: len(command.examples)]] == list(command.examples)
    for parameter in command.parameters:
        assert parameter.help in told
        assert (f"-{parameter.name}" if isinstance(parameter, Option) else parameter.kind.label) in told
    assert "\n\n\n" not in done.out
    assert [line for line in done.out.splitlines() if len(line) > WIDTH] == []


def test_the_overview_names_everything_and_fits_on_a_screen(tmp_path: Path) -> None:
    shown = run(tmp_path, "--no-log", "-c", "help").out.splitlines()
    named = [name.strip() for line in shown for name in re.split("  +", line)]
    assert [name for name in (*(command.name for command in COMMANDS), *TOPICS, "commands") if name not in named] == []
    assert len(shown) < 24
    assert [line for line in shown if len(line) > WIDTH] == []
    done = run(tmp_path, "--no-log", "-c", "? commands")
    shows(done, *[f"\n  {command.name} " for family in CATALOGUE.families.values() for command in family])
    assert [command.name for command in COMMANDS if command.summary not in " ".join(done.out.split())] == []
    assert [line for line in done.out.splitlines() if len(line) > WIDTH] == []


def test_the_help_of_a_group_is_that_of_its_members(tmp_path: Path) -> None:
    shows(run(tmp_path, "--no-log", "-c", "help route"), "route print [-all]")


def test_the_help_of_the_command_line_fits(tmp_path: Path) -> None:
    done = run(tmp_path, "--help")
    shows(done, "usage: stcp-shell", "--log FILE", "exit status:")
    assert max(map(len, done.out.splitlines())) <= 110
