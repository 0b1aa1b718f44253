"""Which lines of a text are commands: those after the prompt of a transcript, or those of the script in a ticket.

A transcript may be quoted by a mail program (`> stcp: socket`), or stand in HTML. A ticket holds its script in a block:
Markdown in a fence marked `stcp`, HTML in a `pre` of the class `stcp`, text below its heading, after prompts.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Optional

PROMPT = "stcp:"
CONTINUED = ("&+", "\\", "^", "`")  # at the end of a line: the next one belongs to it, on OpenVOS, Unix and Windows
TITLE = "Session log of stcp-shell"  # the first line of a ticket as text; in Markdown and HTML its heading
AGAIN = "To run it again"  # the heading of the script
_BEGIN = r"(?:[ \t]*>)*[ \t]*"  # the marks of a quoted mail
_TAGS = r"[ \t]*(?:</?(?:pre|code|samp|kbd|tt|p|div|span|li|td|br)\b[^<>]*>[ \t]*)+"  # of HTML around a line


def has_prompt(line: str) -> bool:
    """Return whether a line begins with the shell's prompt."""
    return PROMPT in line and without_prompt(line) != line


def without_prompt(line: str) -> str:
    """Return a line without the prompts at its beginning, and without the marks of a quoted mail before them."""
    if PROMPT not in line:
        return line
    found = re.match(_BEGIN, line)
    rest = line[found.end() :] if found else line
    while rest.startswith(PROMPT) and rest[len(PROMPT) : len(PROMPT) + 1] in ("", " ", "\t", "\r", "\n"):
        line = rest = rest[len(PROMPT) :].lstrip(" \t")
    return line


def commands(lines: Sequence[str]) -> list[Optional[str]]:
    """Return the lines, each as a command; None for those that are output or the rest of a ticket."""
    found: list[Optional[str]] = list(lines)
    if (block := _script(lines)) is not None:
        found = [None] * len(lines)
        for number in block:
            found[number] = lines[number]
    if _is_page(lines):
        found = [None if line is None else _from_html(line) for line in found]
    elif any(PROMPT in line and "<" in line for line in lines):
        tagged = [_from_html(line) for line in lines]
        if any(has_prompt(new) and not has_prompt(old) for old, new in zip(lines, tagged)):
            found = list(tagged)
    if any(line is not None and has_prompt(line) for line in found):
        found = [line if line is not None and has_prompt(line) else None for line in found]
    return found


def is_transcript(lines: Sequence[str]) -> bool:
    """Return whether only some of the lines are commands, or whether they stand after prompts."""
    kept = commands(lines)
    return None in kept or any(line is not None and has_prompt(line) for line in kept)


def begins_ticket(line: str) -> bool:
    """Return whether a line is the first of a ticket: as text, Markdown or HTML."""
    return line.strip().removeprefix("# ").startswith(TITLE) or _is_page([line])


def output_lines(lines: Sequence[str], kept: Iterable[Optional[str]]) -> int:
    """Return how many lines are no commands; empty ones do not count."""
    return sum(command is None and bool(line.strip()) for line, command in zip(lines, kept))


def skipped(count: int) -> str:
    """Return what to say of lines that were skipped."""
    return f"{count} line{'' if count == 1 else 's'} without the prompt skipped: output of a transcript"


def _is_page(lines: Sequence[str]) -> bool:
    return bool(lines) and lines[0].lstrip()[:14].lower() == "<!doctype html"


def _script(lines: Sequence[str]) -> Optional[list[int]]:
    """Return the indices of the lines that hold the script of a ticket; None if this is no ticket."""
    if _is_page(lines):
        return _page_script(lines) or None
    if fenced := _fenced(lines):
        return fenced
    if lines and begins_ticket(lines[0]):
        last = max((index for index, line in enumerate(lines) if line.startswith(AGAIN)), default=len(lines))
        return [index for index in range(last + 1, len(lines)) if has_prompt(lines[index])]
    return None


def _fenced(lines: Sequence[str]) -> list[int]:
    """Return the lines inside the fences of Markdown that are marked `stcp`; a fence ends with one as long."""
    found: list[int] = []
    fence, ours = 0, False
    for index, line in enumerate(lines):
        text = line.strip()
        ticks = len(text) - len(text.lstrip("`"))
        if not fence and ticks >= 3:
            fence, ours = ticks, text[ticks:].strip() == "stcp"
        elif fence and ticks >= fence and not text[ticks:]:
            fence = 0
        elif fence and ours:
            found.append(index)
    return found


def _page_script(lines: Sequence[str]) -> list[int]:
    """Return the lines of the script of an HTML ticket. In no other line a `<` is left as it is."""
    found: list[int] = []
    inside = False
    for index, line in enumerate(lines):
        inside = inside or line.startswith('<pre class="stcp">')
        if inside:
            found.append(index)
            inside = "</pre>" not in line
    return found


def _from_html(line: str) -> str:
    """Return the text of a line of HTML; spaces stand for the tags before it, so that columns stay right."""
    from html import unescape  # late: few scripts are HTML

    line = line.rstrip("\r")
    begin = re.match(_TAGS, line)
    start = begin.end() if begin else 0
    rest = re.sub(_TAGS + r"\Z", "", line[start:])
    return " " * start + unescape(rest)
