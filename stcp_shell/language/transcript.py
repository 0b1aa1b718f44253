"""Transcripts: text in which only the lines after the prompt are commands, and the others what these have shown."""

from collections.abc import Iterable

PROMPT = "stcp:"


def has_prompt(line: str) -> bool:
    """Return whether a line begins with the shell's prompt."""
    return PROMPT in line and without_prompt(line) != line


def without_prompt(line: str) -> str:
    """Return a line without the prompts at its beginning."""
    rest = line.lstrip(" \t")
    while rest.startswith(PROMPT) and rest[len(PROMPT) : len(PROMPT) + 1] in ("", " ", "\t", "\r", "\n"):
        line = rest = rest[len(PROMPT) :].lstrip(" \t")
    return line


def is_transcript(lines: Iterable[str]) -> bool:
    """Return whether any of the lines begins with the prompt: then the others are output."""
    return any(map(has_prompt, lines))


def skipped(count: int) -> str:
    """Return what to say of lines that were skipped."""
    return f"{count} line{'' if count == 1 else 's'} without the prompt skipped: output of a transcript"
