"""The parts of a document: what Markdown and HTML can show, each in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Union

from .excerpt import Gap
from .picture.scene import Scene


class Cell(NamedTuple):
    """A cell and its colour role, if it has one."""

    text: str
    role: str = ""


class Heading(NamedTuple):
    """The title of a section (level 2), or of a part of one (3)."""

    text: str
    level: int = 2


class VerdictBlock(NamedTuple):
    """A verdict: the kind with its colour role, the target, the summary, and titled points."""

    kind: str
    role: str
    target: str
    summary: str
    points: tuple[tuple[str, tuple[str, ...]], ...]


class Picture(NamedTuple):
    """The picture of the paths."""

    scene: Scene


class Table(NamedTuple):
    """Rows of cells below headings. A Gap stands for rows that are left out; `left_out` is a remark on them."""

    headings: Sequence[str]
    rows: Iterable[Sequence[Cell] | Gap]
    left_out: str = ""


class Items(NamedTuple):
    """A list of remarks."""

    texts: Sequence[str]


class Verbatim(NamedTuple):
    """Lines that are shown unchanged. `wide`: they do not fit on a narrow screen; `language`: of the text."""

    lines: Sequence[str]
    wide: bool = False
    language: str = "text"


class Event(NamedTuple):
    """Something that happened. Without a time and a command, it is a result of the command before."""

    time: str
    command: str
    lines: Sequence[str]
    failed: bool = False


class Course(NamedTuple):
    """What happened, in order."""

    events: Iterable[Event]


class Instruction(NamedTuple):
    """An instruction to save the lines below as a file and to run a command."""

    file: str
    command: str


Block = Union[Heading, VerdictBlock, Picture, Table, Items, Verbatim, Course, Instruction]
