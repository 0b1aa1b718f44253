"""Random damage to session logs, and random lines: there is a report or a message, and never a traceback."""

from __future__ import annotations

import json
import time
from pathlib import Path
from random import Random
from typing import Any

import tickets
from logs import lines_of

from stcp_shell.commands import CATALOGUE
from stcp_shell.language.parser import Parser
from stcp_shell.language.script import load
from stcp_shell.log.comparison import compared
from stcp_shell.log.reader import ReadProblems, entries
from stcp_shell.log.redaction import Redactor
from stcp_shell.log.state import State
from stcp_shell.report.formats import FORMATS

KEY = bytes(32)
SLOW = 5.0  # seconds
ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 32, 33, 128, 129, 65536, 10**12, -(10**30), 1e300, -1e-300, 0.5, "", " ", "-"),
    *(
        "\x00",
        "\u202e\u2066",
        "\ud800",
        "\uffff",
        "x1.1.1.1" * 512,
        "a-" * 1500,
        "a." * 2000,
        "1:" * 2000,
        r"\x90" * 900,
    ),
    *(
        "fe80::1%" + "x" * 300,
        "10.0.0.0/10000000000",
        "203.45.67.0-255",
        "2026-13-99T99:99:99.999Z",
        "</script>",
        "](x)",
    ),
    *([], {}, [[[[[]]]]], [None], {"": None}, {"address": "x", "port": -1}, ["a"] * 50),
]
_CHARACTERS = "abz-._:/'\";#$&{}\\ \t|<>%0129\u00e9\u3164\u202e\x1b\x00\ud83d"


def damaged(random: Random, lines: list[bytes]) -> list[bytes]:
    """Lines of a log with some damage: of bytes, of lines, of values."""
    made = list(lines)
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(made))
        kind = random.randrange(5)
        if kind == 0:
            made[place] = _bytes(random, made[place])
        elif kind == 1:
            made[place], made[-1] = made[-1], made[place]
        elif kind == 2:
            made.insert(place, made[random.randrange(len(made))])
        else:
            made[place] = _value(random, made[place])
    return made


def _bytes(random: Random, line: bytes) -> bytes:
    start = random.randrange(len(line) + 1)
    end = min(len(line), start + random.choice((0, 1, 1, 8)))
    return line[:start] + random.randbytes(random.choice((0, 1, 4))) + line[end:]


def _value(random: Random, line: bytes) -> bytes:
    try:
        record = json.loads(line)
    except ValueError:
        return line
    inner = record
    while isinstance(inner, (dict, list)) and inner:
        key = random.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
        if not isinstance(inner[key], (dict, list)) or not inner[key] or random.random() < 0.3:
            inner[key] = random.choice(ODD)
            break
        inner = inner[key]
    return json.dumps(record).encode()


def sources() -> tuple[list[bytes], list[bytes]]:
    """A short log, and one with records of every type."""
    every = Path(__file__).parent / "golden" / "version3" / "every.jsonl"
    return list(lines_of(tickets.log())), every.read_bytes().splitlines(keepends=True)


def reported(lines: list[bytes]) -> None:
    """Make all reports of a log, as it is and redacted, and compare it with itself. Raises AssertionError: too slow."""
    started = time.monotonic()
    for redactor in (None, Redactor(KEY, lines)):
        for form in FORMATS:
            problems = ReadProblems()
            for _ in FORMATS[form].write(entries(lines, problems, redactor), problems):
                pass
    state = State.last(entries(lines))
    compared(("one", state), ("other", State.last(entries(lines))))
    assert time.monotonic() - started < SLOW


def line(random: Random) -> str:
    """A line of words of the language, and of characters that mean something somewhere."""
    words = [each.name for each in CATALOGUE]
    options = [f"-{option}" for each in CATALOGUE for option in each.options]
    made = []
    for _ in range(random.randint(0, 8)):
        made.append(random.choice((random.choice(words), random.choice(options), _characters(random))))
    return random.choice((" ", ";", "\t ")).join(made)


def _characters(random: Random) -> str:
    return "".join(random.choice(_CHARACTERS) for _ in range(random.randint(0, 6))) * random.choice((1, 1, 1, 50))


def parsed(text: str) -> None:
    """Parse a line; `source` reads nothing."""
    parser = Parser(CATALOGUE, {"A": "-1", "B": "x y"}, lambda path, including: load("/dev/null", including))
    parser.parse_line(text, "x", 1)
    assert all("\n" not in str(problem) for problem in parser.problems)
