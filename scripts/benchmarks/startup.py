"""Start-up: to the end of one command, and to the first prompt."""

from collections.abc import Iterator

from .figures import Row, at_most, interleaved
from .processes import PYTHON, SHELL, duration, prompt

PROMPT = "from prompt_toolkit import PromptSession; PromptSession().prompt('stcp: ')"


def rows(quick: bool) -> Iterator[Row]:
    """Ours against the same Python that does nothing, and against a program that does nothing but prompt."""
    bare, ours = [PYTHON, "-c", "pass"], [SHELL, "-c", "socket"]
    duration(ours)  # the first start after an install writes the bytecode
    baseline, taken = interleaved(15 if quick else 60, lambda: duration(bare), lambda: duration(ours))
    yield at_most(3.4, "start-up: stcp-shell -c socket / python -c pass", taken, baseline)

    plain = [PYTHON, "-c", PROMPT]
    prompt([SHELL], b"stcp:")
    baseline, taken = interleaved(
        10 if quick else 30, lambda: prompt(plain, b"stcp:"), lambda: prompt([SHELL], b"stcp:")
    )
    yield at_most(1.25, "first prompt: stcp-shell / PromptSession().prompt()", taken, baseline)
