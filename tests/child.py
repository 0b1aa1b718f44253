"""A test's child: functions of the modules in children/, called in a process of its own, and what they answer.

    python tests/child.py CALLS

CALLS is a JSON list of calls: module, function, arguments, keywords. They are made one after the other, so that one
can prepare what the next one looks at. The last line of the output is the JSON list of their answers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parent.parent
Call = Callable[[], object]  # a function, or a partial of one with arguments that JSON can carry


def command(*calls: Call, python: str = sys.executable) -> list[str]:
    """The command that makes these calls."""
    return [python, __file__, json.dumps([_words(call) for call in calls])]


def _words(call: Call) -> list[object]:
    function, arguments, keywords = (
        (call.func, call.args, call.keywords) if isinstance(call, partial) else (call, (), {})
    )
    return [function.__module__, function.__name__, arguments, keywords]


def _answer(module: str, function: str, arguments: list[object], keywords: dict[str, object]) -> object:
    return getattr(import_module(module), function)(*arguments, **keywords)


if __name__ == "__main__":
    sys.path.insert(1, str(ROOT))  # behind this folder
    sys.dont_write_bytecode = True
    print(json.dumps([_answer(*call) for call in json.loads(sys.argv[1])]))
