"""The picture of the paths: what it shows, where it is put, and that it is safe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from xml.etree import ElementTree

import pytest
from logs import EVIL, Record, connection, icmp, made, stamped, with_text

from stcp_shell.log.reader import Losses
from stcp_shell.report.overview import Digest
from stcp_shell.report.picture.layout import Box, Line, Mark, Panel, Text, panel
from stcp_shell.report.picture.scene import MOST_LANES, MOST_STOPS, MOST_TARGETS, Scene, way

SVG = "{http://www.w3.org/2000/svg}"
ROUTER = icmp("192.168.77.1")


def scene(*records: Record) -> Scene:
    return Scene(Digest(iter(records), Losses()))


def interfaces(**addresses: str) -> Record:
    """An `interfaces` record: `enetA="172.16.1.50/24 fd00::1/64"`."""
    there = [
        {
            "name": name,
            "flags": ["UP"],
            "addresses": [
                {"address": a.partition("/")[0], "prefix_length": int(a.partition("/")[2])} for a in text.split()
            ],
        }
        for name, text in addresses.items()
    ]
    return stamped("interfaces", interfaces=there)


def trace(source: str, outcome: str, *hops: str | None, port: int = 2121) -> Record:
    rows = [
        {"ttl": ttl, "address": hop, "rtt": hop and 0.001, "icmp": None, "outcome": None}
        for ttl, hop in enumerate(hops, 1)
    ]
    route = {"gateway": "192.168.77.1", "interface": "enetZ", "kind": "unicast"}
    path = {"source": source, "chosen_by": "bind", "route": route, "outcome": outcome, "hops": rows}
    return stamped("trace", destination={"name": "10.1.1.1", "address": "10.1.1.1", "port": port}, traces=[path])


def ways(made_of: Scene) -> Iterator[tuple[str, list[str], str, str, str]]:
    """Each path as source, boxes (! refuses), and where and how it ends."""
    for target in made_of.targets:
        for lane in target.lanes.values():
            stops, end = way(lane, target, made_of)
            boxes = [f"{stop.address or '*'}{'!' if stop.refuses else ''}" for stop in stops]
            yield lane.source, boxes, end.place, end.mark, end.role


@pytest.mark.parametrize(
    ("besides", "boxes", "end"),
    [
        ({"outcome": "connected"}, ["192.168.77.1"], ("target", "arrow", "good")),
        ({"outcome": "refused", "rst": True}, ["192.168.77.1"], ("target", "cross", "bad")),
        ({"outcome": "timeout"}, ["192.168.77.1"], ("way", "question", "warn")),
        ({"outcome": "prohibited", "icmp": ROUTER}, ["192.168.77.1!"], ("way", "cross", "bad")),
        ({"outcome": "prohibited", "icmp": icmp("10.9.9.9")}, ["192.168.77.1", "10.9.9.9!"], ("way", "cross", "bad")),
        ({"outcome": "refused", "icmp": icmp("10.1.1.1")}, ["192.168.77.1"], ("target", "cross", "bad")),
        ({"outcome": "prohibited", "icmp": icmp("172.16.1.50")}, [], ("here", "cross", "bad")),
        ({"outcome": "no-route", "route": {}, "source": None}, [], ("here", "cross", "bad")),
        ({"outcome": "cancelled"}, [], ("here", "question", "none")),
        ({"outcome": "connected", "route": {"gateway": None, "interface": "enetA"}}, [], ("target", "arrow", "good")),
    ],
)
def test_how_a_path_ends(besides: Record, boxes: list[str], end: tuple[str, ...]) -> None:
    ((_, found, *how),) = ways(scene(connection(**besides)))
    assert (found, tuple(how)) == (boxes, end)


def test_hops_come_from_traces() -> None:
    records = [
        connection("192.168.77.50"),
        connection("172.16.1.50", "prohibited", icmp=icmp("10.0.0.2")),
        trace("192.168.77.50", "connected", "192.168.77.1", None, "10.0.0.3", "10.1.1.1", port=22),
        trace("172.16.1.50", "prohibited", None, "10.0.0.2"),
    ]
    found = {(source, *boxes) for source, boxes, *_ in ways(scene(*records))}
    assert ("192.168.77.50", "192.168.77.1", "*", "10.0.0.3") in found
    assert ("172.16.1.50", "192.168.77.1", "10.0.0.2!") in found


def test_a_verdict_alone_is_drawn() -> None:
    seen = {"chosen_by": "bind", "attempts": 3, "route": {"gateway": "192.168.77.1", "interface": "enetZ"}}
    sources = [
        {**seen, "address": "172.16.1.50", "outcome": "connected"},
        {**seen, "address": "192.168.77.50", "outcome": "timeout"},
    ]
    target = {"name": "ftp.example", "address": "10.1.1.1", "port": 21}
    record = stamped("verdict", destination=target, sources=sources, blames="192.168.77.1")
    found = list(ways(scene(record)))
    assert sorted((mark, boxes) for _, boxes, _, mark, _ in found) == [
        ("arrow", ["192.168.77.1"]),
        ("question", ["192.168.77.1!"]),
    ]
    assert "connected, 3 times" in made("svg", [record])


def test_outcomes_that_differ_are_told() -> None:
    svg = made("svg", [connection(), connection(outcome="timeout"), connection()])
    assert "to 10.1.1.1:2121: 2 connected, 1 timeout" in svg
    assert "p-warn" in svg


def test_where_sources_differ_comes_first() -> None:
    records = [connection(port=1), connection(port=2), connection("192.168.77.50", "timeout", port=2)]
    assert [target.port for target in scene(*records).targets] == ["2", "1"]


def many() -> list[Record]:
    """More of everything than is drawn."""
    names = {f"enet{number}": f"172.16.{number}.50/24 172.16.{number}.51/24" for number in range(8)}
    records = [interfaces(**names, enetB="10.0.0.1/8", enetC="10.0.0.2/8", enetD="fd00::1/64")]
    for port in range(1, 8):
        for number in range(8):
            outcome = ("connected", "timeout", "refused", "prohibited")[(number + port) % 4]
            box = icmp(f"10.{number}.0.1") if outcome == "prohibited" else None
            records.append(connection(f"172.16.{number}.5{port % 2}", outcome, port=port, icmp=box))
    records.append(trace("172.16.1.51", "timeout", *(f"10.77.0.{hop}" for hop in range(30)), port=1))
    return records


def test_what_is_not_drawn_is_said() -> None:
    made_of = scene(*many())
    assert len(made_of.targets) == MOST_TARGETS
    assert {len(target.lanes) for target in made_of.targets} == {MOST_LANES}
    assert all(len(way(lane, t, made_of)[0]) <= MOST_STOPS for t in made_of.targets for lane in t.lanes.values())
    svg = made("svg", many())
    assert "Not drawn: 8 more source addresses." in svg
    assert "Not drawn: 3 more destinations." in svg
    assert "also here: enet" in svg
    assert "and 2 more interfaces" in svg


IPV6 = [
    interfaces(enetA="2001:db8:1234:5678:9abc:def0:1234:5678/64", enetZ="fd00::50/64"),
    connection("2001:db8:1234:5678:9abc:def0:1234:5678", "timeout", target="2001:db8::1"),
    connection("fd00::50", target="2001:db8::1", route={"gateway": "fe80::1%enetZ", "interface": "enetZ"}),
]
LONG = with_text([connection(), connection(outcome="prohibited", icmp=ROUTER)], "w" * 300)
SCENES = {
    "one": [connection()],
    "none": [connection(None, "no-route", route=None)],
    "many": many(),
    "IPv6": IPV6,
    "long": LONG,
    "evil": with_text([*many()[:3], *IPV6], EVIL),
}


def panels(name: str) -> list[Panel]:
    made_of = scene(*SCENES[name])
    return [panel(target, made_of) for target in made_of.targets]


@pytest.mark.parametrize("name", SCENES)
def test_nothing_is_outside_and_boxes_do_not_overlap(name: str) -> None:
    for each in panels(name):
        boxes = [shape for shape in each.shapes if isinstance(shape, Box)]
        for box in boxes:
            assert 0 <= box.x <= box.x + box.width <= each.width + 0.1
            assert 0 <= box.y <= box.y + box.height <= each.height + 0.1
        apart = [box for box in boxes if box.style not in ("host", "interface")]
        for one, other in combinations(apart, 2):
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y, (one, other)


@pytest.mark.parametrize("name", SCENES)
def test_text_has_room(name: str) -> None:
    widths = {"title": 9.0, "name": 7.5, "address": 7.25, "small": 6.1, "outcome": 7.2}
    for each in panels(name):
        for text in (shape for shape in each.shapes if isinstance(shape, Text)):
            half = len(text.text) * widths[text.style] / 2
            assert text.x - half >= -12, text
            assert text.x + half <= each.width + 12, text


@pytest.mark.parametrize("name", SCENES)
def test_every_path_has_a_line_a_mark_and_words(name: str) -> None:
    for each in panels(name):
        lines = [shape for shape in each.shapes if isinstance(shape, Line)]
        marks = {(shape.x, shape.kind) for shape in each.shapes if isinstance(shape, Mark)}
        labels = [shape for shape in each.shapes if isinstance(shape, Box) and shape.style == "label"]
        assert len(lines) == len(marks) == len(labels) == len(each.words) > 0
        assert all(line.bottom > line.top for line in lines)


@pytest.mark.parametrize("name", [*SCENES, ""])
def test_it_is_an_svg_file_that_does_nothing(name: str) -> None:
    svg = made("svg", SCENES[name] if name else [])
    root = ElementTree.fromstring(svg.encode())
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "desc", "style", "g", "rect", "path", "circle", "text"),
    }
    allowed = {"class", "role", "aria-labelledby", "viewBox", "width", "height", "id", "x", "y", "rx", "d", "transform"}
    for element in root.iter():
        assert set(element.attrib) <= allowed | {"cx", "cy", "r", "style"}
    assert "url(" not in svg
    assert not re.search("[\x00-\x09\x0b-\x1f]", svg)


def test_it_does_not_need_colours() -> None:
    svg = made("svg", [connection(), connection("192.168.77.50", "prohibited", icmp=ROUTER)])
    for words in "connected", "prohibited", "it refuses", "the box that refused", "by 192.168.77.1":
        assert words in svg
    assert "from 192.168.77.50 by 192.168.77.1 to 10.1.1.1:2121: prohibited by 192.168.77.1" in svg
    assert "prefers-color-scheme:dark" in svg
