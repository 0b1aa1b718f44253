"""The layout of a picture of the paths: a column for each source address, from this host down to the target.

Lines go straight down, so they never cross; a device on several neighbouring paths is drawn once, as a box across them.
Sizes are CSS pixels; text is measured by its number of characters.
"""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple, Union

from ..text.escape import visible
from .paths import End, Node, Path, Target, walked
from .scene import Scene

MARGIN = 12
_MONO, _SANS, _BOLD = 7.3, 6.4, 7.2  # the maximum width of a character
_LEAST, _MOST = 148, 330  # the least and the largest width of a column
_GAP = 26  # between two boxes of a path
_BOX = 48
_LINE = 15
_ALONE = 290  # the least width of all columns together, for the name of the host


class Text(NamedTuple):
    """A line of text, centred at x; y is its base line."""

    x: float
    y: float
    text: str
    style: str  # title, name, address, small, outcome


class Box(NamedTuple):
    """A rectangle. `style`: host, interface, source, hop, silent, refuses, target, label."""

    x: float
    y: float
    width: float
    height: float
    style: str
    role: str = ""


class Line(NamedTuple):
    """The line of a path, straight down."""

    x: float
    top: float
    bottom: float
    role: str
    style: str  # solid, broken


class Mark(NamedTuple):
    """How a line ends: arrow, cross or question."""

    x: float
    y: float
    kind: str
    role: str


Shape = Union[Text, Box, Line, Mark]


class Panel(NamedTuple):
    """The shapes of one destination in drawing order: boxes on the path cover the lines."""

    shapes: list[Shape]
    width: float
    height: float
    words: list[str]  # the content of the picture as sentences


class _Column(NamedTuple):
    path: Path
    nodes: list[Node]
    end: End


def panel(target: Target, scene: Scene) -> Panel:
    """Return the picture of one destination, with its top left corner at (0, 0)."""
    columns = [_Column(path, *walked(path, target, scene.own)) for path in target.paths.values()]
    width = _column_width(columns, target, scene)
    return _Panel(columns, width, target, scene).made()


def short(text: str, most: int = 42) -> str:
    """Return text with hidden characters shown, cut to at most `most` characters."""
    text = visible(text)
    return text if len(text) <= most else text[: most - 1] + "…"


class _Panel:
    def __init__(self, columns: list[_Column], width: float, target: Target, scene: Scene) -> None:
        self.columns = columns
        self.column = width
        self.target = target
        self.scene = scene
        self.width = width * max(1, len(columns)) + 2 * MARGIN
        self.back: list[Shape] = []
        self.lines: list[Shape] = []
        self.front: list[Shape] = []

    def made(self) -> Panel:
        top = self._host()
        layers = max((len(column.nodes) for column in self.columns), default=0)
        for number in range(layers):
            self._layer(number, top + number * (_BOX + _GAP))
        most = max((len(self._said(column.end)) for column in self.columns), default=1)
        room = 54 + most * _LINE
        bottom = top + max(0, layers * (_BOX + _GAP) - _GAP) + room
        self._box(0, bottom, self.width, 48, "target")
        for number, column in enumerate(self.columns):
            self._path(number, column, top, bottom)
        name = self.target.name if self.target.name != self.target.address else ""
        self._text(self.width / 2, bottom + 20, short(self.target.label, 48), "address")
        self._text(self.width / 2, bottom + 37, short(name or "the destination", 48), "small")
        words = [_words(column, self.target) for column in self.columns]
        return Panel([*self.back, *self.lines, *self.front], self.width, bottom + 48, words)

    def _host(self) -> float:
        """Draw this host with its interfaces and source addresses; return the y below it and a gap."""
        others = self._not_tried()
        high = 32 + len(others) * _LINE
        height = high + 20 + _BOX + 20
        self._box(0, 0, self.width, height, "host")
        self._text(self.width / 2, 21, short(self.target.host or self.scene.host, 48), "title")
        for number, text in enumerate(others):
            self._text(self.width / 2, 38 + number * _LINE, text, "small")
        left = float(MARGIN)
        for name, paths in groupby((column.path for column in self.columns), key=lambda path: path.interface):
            members = list(paths)
            wide = self.column * len(members)
            self._box(left + 3, high, wide - 6, 20 + _BOX + 10, "interface")
            self._text(left + wide / 2, high + 14, short(name or "interface not known", 40), "name")
            for path in members:
                self._box(left + 9, high + 20, self.column - 18, _BOX, "source")
                address = self.scene.shown(path, self.target) or "no source address"
                self._text(left + self.column / 2, high + 40, short(address), "address")
                self._text(left + self.column / 2, high + 57, path.origin, "small")
                left += self.column
        return height + _GAP

    def _not_tried(self) -> list[str]:
        """Return lines for the interfaces without a path: two by name, and the number of the others."""
        if self.target.host:
            return []
        tried = {column.path.interface for column in self.columns}
        family = ":" in self.target.address
        rest = []
        for name, addresses in self.scene.interfaces.items():
            there = [a for a in addresses if (":" in a) == family and not a.startswith(("fe80:", "127.", "::1"))]
            if name not in tried and there:
                rest.append(f"{name} {', '.join(there[:2])}")
        most = int((self.width - 20) / _SANS)
        lines = [short(f"also here: {text}", most) for text in rest[:2]]
        return [*lines, f"and {len(rest) - 2} more interfaces"] if len(rest) > 2 else lines

    def _layer(self, number: int, y: float) -> None:
        """Draw the boxes of one layer; neighbours with the same address share one box."""
        left = float(MARGIN)
        there = [column.nodes[number] if number < len(column.nodes) else None for column in self.columns]
        for (address, key), group in groupby(enumerate(there), key=lambda pair: _same(pair[0], pair[1])):
            members = [node for _, node in group]
            wide = self.column * len(members)
            node = members[0]
            if node is not None and key:
                node = next((member for member in members if member and member.refuses), node)
                proven = any(member.proven for member in members if member)
                style = "refuses" if node.refuses else "hop" if address and proven else "silent"
                self._box(left + 9, y, wide - 18, _BOX, style)
                self._text(left + wide / 2, y + 20, short(address or "*"), "address")
                self._text(left + wide / 2, y + 35, _what(node), "small")
            left += wide

    def _path(self, number: int, column: _Column, top: float, bottom: float) -> None:
        x = MARGIN + self.column * (number + 0.5)
        end, said = column.end, self._said(column.end)
        start = top - _GAP - 20  # behind the box of the source address
        behind = top - _GAP if not column.nodes else top + len(column.nodes) * (_BOX + _GAP) - _GAP
        high = len(said) * _LINE + 8
        if end.place == "target":
            self.lines.append(Line(x, start, bottom, end.role, "solid"))
            self.front.append(Mark(x, top - _GAP - 18 if end.mark == "back" else bottom, end.mark, end.role))
            label = bottom - 22 - high
        else:
            stub = 20 if end.mark == "question" else 0
            # What is not proven is not drawn as passed: the mark stands before the first such node.
            known = top + end.after * (_BOX + _GAP) - _GAP if end.after < len(column.nodes) else behind
            mark = known + min(stub, _GAP / 2) if known < behind else behind + stub
            self.lines.append(Line(x, start, mark, end.role, "solid" if end.after or not stub else "broken"))
            if mark < behind + stub:
                self.lines.append(Line(x, mark, behind + stub, end.role, "broken"))
            self.front.append(Mark(x, mark, end.mark, end.role))
            label = behind + stub + 12
        wide = min(self.column - 8, max(map(len, said)) * _BOLD + 14)
        self._box(x - wide / 2, label, wide, high, "label", end.role)
        for index, text in enumerate(said):
            self._text(x, label + 15 + index * _LINE, text, "small" if index and text == end.by else "outcome")

    def _said(self, end: End) -> list[str]:
        most = int((self.column - 24) / _BOLD)
        return [*_wrapped(end.text, most), *([short(end.by, most)] if end.by else [])]

    def _box(self, x: float, y: float, width: float, height: float, style: str, role: str = "") -> None:
        layer = self.back if style in ("host", "interface") else self.front
        layer.append(Box(x, y, width, height, style, role))

    def _text(self, x: float, y: float, text: str, style: str) -> None:
        self.front.append(Text(x, y, text, style))


def _same(number: int, node: Node | None) -> tuple[str, object]:
    """Return the key of a box: nodes with the same address share one; a node without an address has its own."""
    if node is None:
        return "", 0
    return node.address, node.address or (number + 1)


def _column_width(columns: list[_Column], target: Target, scene: Scene) -> float:
    """Return the width that the widest text needs, within bounds."""
    nodes = [node for column in columns for node in column.nodes]
    addresses = [node.address for node in nodes]
    addresses += [scene.shown(column.path, target) for column in columns]
    needed = [len(short(text)) * _MONO + 34 for text in addresses]
    needed += [len(_what(node)) * _SANS + 30 for node in nodes]
    needed += [min(200.0, len(column.end.text) * _BOLD + 30) for column in columns]
    return min(_MOST, max(_LEAST, _ALONE / max(1, len(columns)), *needed))


def _what(node: Node) -> str:
    return short(f"{node.what}: rejects" if node.refuses else node.what, 40)


def _wrapped(text: str, most: int) -> list[str]:
    """Return text as at most three lines."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [short(line, most) for line in (lines if len(lines) < 4 else [*lines[:2], "…"])]


def _words(column: _Column, target: Target) -> str:
    path = column.path
    if target.host:
        return _foretold(path, target)
    by = " via ".join(["", *(node.address for node in column.nodes if node.address)])
    end = f"{column.end.text} {column.end.by}".strip()
    where = f" on {path.interface}" if path.interface else ""
    if path.part == "A":
        return f"from {target.label} to {path.source}{where} (A): {end}"
    part = " (B)" if path.part else ""
    return f"from {path.source or 'no source address'}{where}{by} to {target.label}{part}: {end}"


def _foretold(path: Path, target: Target) -> str:
    if not path.predicted:
        return f"{target.host}: the client of {target.label} is said to use {path.source}"
    via = f" via {path.gateway}" if path.gateway else ""
    if path.predicted.outcome:
        return f"{target.host}, predicted ({path.predicted.level}): {path.predicted.outcome} to {target.label}"
    return f"{target.host}, predicted ({path.predicted.level}): from {path.source}{via} to {target.label}"
