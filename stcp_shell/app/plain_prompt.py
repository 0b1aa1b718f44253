"""The prompt without prompt_toolkit: plain lines, where that is missing or the terminal cannot do what it needs."""

from __future__ import annotations

from collections.abc import Sequence

from .interpreter import Interpreter
from .status import Status

PROMPT = "stcp: "


def plain_prompt(interpreter: Interpreter, notice: Sequence[str], why: str) -> int:
    """Run lines from the terminal until its end, or until `quit`; return the exit status. `why`: said at the start."""
    screen, session = interpreter.screen, interpreter.session
    stdin = session.environment.stdin
    assert stdin is not None  # a terminal is there
    screen.warn(f"stcp-shell: {why}: plain input, without completion and history")
    for line in () if screen.quiet else notice:
        screen.line(line)
    while not session.ended:
        try:
            screen.ask(PROMPT)
            typed = stdin.readline()
            if not typed:
                screen.line("")
                break
            line = typed.decode("utf-8", "surrogateescape").rstrip("\r\n")
            if line.strip():
                interpreter.run_line(line)
        except KeyboardInterrupt:
            screen.line("")
    return Status.OK
