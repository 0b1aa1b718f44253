"""The settings that every session starts with: `set` lines in config.stcp, in the folder of settings."""

from __future__ import annotations

import os
import stat

from ..commands import CATALOGUE
from ..errors import ScriptProblem
from ..language.parser import Parser
from ..language.script import load


def read_config(path: str) -> tuple[dict[str, str], list[str]]:
    """Return the variables that the file sets, and what is wrong with it: then it sets none."""
    try:
        status = os.stat(path)
        if status.st_uid not in (os.geteuid(), 0) or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return {}, [f"{path}: others can write it: it is ignored; chmod go-w it"]
        parser = Parser(CATALOGUE, {}, load)
        parser.parse(load(path)[1], path)
    except (OSError, ScriptProblem) as problem:
        return {}, [str(problem)]
    problems = [str(problem) for problem in parser.problems]
    for call in parser.calls:
        if call.command.name != "set":
            problems.append(f"{call.where}: {call.command.name}: only set lines are settings")
    return parser.variables if not problems else {}, problems
