"""What is imported, and what happens without it. This module imports nothing itself."""

from __future__ import annotations

import sys


def of_a_session(*words: str) -> list[str]:
    """Which of what only a terminal needs has been imported when a session has ended."""
    from stcp_shell.app.main import run
    from stcp_shell.environment import real

    run(words, real())
    return [name for name in ("prompt_toolkit", "pygments", "asyncio") if name in sys.modules]


def without_prompt_toolkit() -> None:
    """A session where it is not installed."""
    from stcp_shell.app.main import main

    sys.modules["prompt_toolkit"] = None  # type: ignore[assignment]
    sys.argv = ["stcp-shell"]
    main()


def of_the_lexer() -> bool:
    """Whether the lexer imports prompt_toolkit."""
    from stcp_shell.app.pygments_lexer import StcpLexer

    StcpLexer()
    return "prompt_toolkit" in sys.modules


def every_module() -> str:
    """Import all there is; answers which package it was."""
    import importlib
    import pkgutil

    import stcp_shell

    for module in pkgutil.walk_packages(stcp_shell.__path__, "stcp_shell."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return stcp_shell.__file__


if __name__ == "__main__":  # not by child.py, which finds the package in this tree
    print(every_module())
