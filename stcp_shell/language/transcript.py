"""Transcripts: text in which only the lines after the prompt are commands, and the others what these have shown."""

import re
from collections.abc import Iterable

PROMPT = "stcp:"
_PROMPT = re.compile(rf"[ \t]*{PROMPT}(?=[ \t]|\Z)")


def has_prompt(line: str) -> bool:
    """Return whether a line begins with the shell's prompt."""
    return PROMPT in line and _PROMPT.match(line.rstrip("\r\n")) is not None


def without_prompt(line: str) -> str:
    """Return a line without the prompts at its beginning."""
    while found := _PROMPT.match(line):
        line = line[found.end() :].lstrip()
    return line


def is_transcript(lines: Iterable[str]) -> bool:
    """Return whether any of the lines begins with the prompt: then the others are output."""
    return any(map(has_prompt, lines))


def skipped(count: int) -> str:
    """Return what to say of lines that were skipped."""
    return f"{count} line{'' if count == 1 else 's'} without the prompt skipped: output of a transcript"
