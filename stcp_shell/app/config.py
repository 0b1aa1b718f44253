"""The settings that every session starts with: `set` lines in config.stcp, in the folder of settings."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from ..commands import CATALOGUE
from ..environment import Environment
from ..errors import ScriptProblem
from ..language.parser import Parser
from ..language.script import load


class Config(NamedTuple):
    """Variables, and what is wrong with the file: if anything is, it is ignored."""

    variables: dict[str, str]
    problems: list[str]


def read_config(environment: Environment) -> Config:
    """Return the settings; none if there is no file."""
    path = os.path.join(environment.config_folder, "config.stcp")
    try:
        status = os.stat(path)
    except OSError:
        return Config({}, [])
    if status.st_uid not in (os.geteuid(), 0) or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return Config({}, [f"{path}: others can write it: it is ignored; chmod go-w it"])
    parser = Parser(CATALOGUE, {}, load)
    try:
        parser.parse(load(path)[1], path)
    except ScriptProblem as problem:
        return Config({}, [str(problem)])
    problems = [str(problem) for problem in parser.problems]
    for call in parser.calls:
        if call.command.name != "set":
            problems.append(f"{call.where}: {call.command.name}: only set lines are settings")
    return Config(parser.variables if not problems else {}, problems)
