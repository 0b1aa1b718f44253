"""The picture of the paths: what it shows, where it is put, and that it is safe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from xml.etree import ElementTree

import pytest
from logs import EVIL, connection, entries_of, icmp, made, route, stamped, with_text
from schemas import Record, validate

from stcp_shell.log.reader import ReadProblems
from stcp_shell.report.overview import Overview
from stcp_shell.report.picture.layout import Box, Line, Mark, Panel, Text, panel
from stcp_shell.report.picture.paths import MOST_NODES, walked
from stcp_shell.report.picture.scene import MOST_PATHS, MOST_TARGETS, Scene

SVG = "{http://www.w3.org/2000/svg}"
ROUTER = icmp("192.168.77.1")
NO_ROUTE = {"gateway": None, "interface": None, "source": None, "table": None, "kind": "none", "redirected": False}


def scene(*records: Record) -> Scene:
    return Scene(Overview(entries_of(records), ReadProblems()))


def interfaces(**addresses: str) -> Record:
    """An `interfaces` record: `enetA="172.16.1.50/24 fd00::1/64"`."""
    there = [
        {
            "ifindex": number,
            "name": name,
            "flags": ["UP"],
            "mtu": 1500,
            "hardware": None,
            "addresses": [address(*each.split("/")) for each in text.split()],
        }
        for number, (name, text) in enumerate(addresses.items(), 1)
    ]
    besides = {"counters": None, "automatic": True, "more": False}
    return stamped("interfaces", command=1, host="phx_vos", interfaces=there, **besides)


def address(text: str, length: str) -> Record:
    unset: Record = {"broadcast": None, "peer": None, "label": None, "flags": []}
    return {"address": text, "prefix_length": int(length), "scope": "global", **unset}


def destination(name: str = "10.1.1.1", port: int = 2121) -> Record:
    return {"name": name, "address": "10.1.1.1", "port": port}


def trace(source: str, outcome: str, *hops: str | None, port: int = 2121) -> Record:
    rows = [
        {"ttl": ttl, "address": hop, "rtt": hop and 0.001, "icmp": None, "outcome": None}
        for ttl, hop in enumerate(hops, 1)
    ]
    out = route("192.168.77.1", "enetZ")
    path = {"source": source, "chosen_by": "bind", "route": out, "outcome": outcome, "hops": rows}
    fields = {"others": [], "most_hops": 30, "cancelled": False, "traces": [path]}
    return stamped("trace", command=1, destination=destination(port=port), **fields)


def seen(source: str, outcome: str) -> Record:
    """An observation of a verdict."""
    fields = dict.fromkeys(("errno", "icmp", "syn", "interface", "rtt", "answerer", "trace"))
    fields |= dict.fromkeys(("hold", "answered_at", "tls", "banner", "mtu"))
    out = route("192.168.77.1", "enetZ")
    tried = {"attempts": 3, "answered": 3, "rst": False, "elapsed": 0.1, "route": out, "lost": 0}
    return {"address": source, "chosen_by": "bind", "outcome": outcome, **fields, **tried}


def paths(made_of: Scene) -> Iterator[tuple[str, list[str], str, str, str]]:
    """Each path as source, boxes (! refuses), and where and how it ends."""
    for target in made_of.targets:
        for path in target.paths.values():
            nodes, end = walked(path, target, made_of.own)
            boxes = [f"{node.address or '*'}{'!' if node.refuses else ''}" for node in nodes]
            yield path.source, boxes, end.place, end.mark, end.role


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
        ({"outcome": "no-route", "route": NO_ROUTE, "source": None}, [], ("here", "cross", "bad")),
        ({"outcome": "cancelled"}, [], ("here", "question", "none")),
        ({"outcome": "connected", "route": route(None, "enetA")}, [], ("target", "arrow", "good")),
    ],
)
def test_how_a_path_ends(besides: Record, boxes: list[str], end: tuple[str, ...]) -> None:
    record = connection(**besides)
    validate([record])
    ((_, found, *how),) = paths(scene(record))
    assert (found, tuple(how)) == (boxes, end)


def test_hops_come_from_traces() -> None:
    records = [
        connection("192.168.77.50"),
        connection("172.16.1.50", "prohibited", icmp=icmp("10.0.0.2")),
        trace("192.168.77.50", "connected", "192.168.77.1", None, "10.0.0.3", "10.1.1.1", port=22),
        trace("172.16.1.50", "prohibited", None, "10.0.0.2"),
    ]
    found = {(source, *boxes) for source, boxes, *_ in paths(scene(*records))}
    assert ("192.168.77.50", "192.168.77.1", "*", "10.0.0.3") in found
    assert ("172.16.1.50", "192.168.77.1", "10.0.0.2!") in found


def test_a_verdict_alone_is_drawn() -> None:
    record = stamped(
        "verdict",
        command=1,
        kind="source-dependent",
        destination=destination("ftp.example", 21),
        summary="the source address decides",
        sources=[seen("172.16.1.50", "connected"), seen("192.168.77.50", "timeout")],
        blames=[{"box": "192.168.77.1", "sources": ["192.168.77.50"]}],
        evidence=[],
        remedies=[],
        severity="bad",
        certainty="possible",
        **{name: [] for name in ("causes", "excluded", "attempts", "readings", "context")},
        **dict.fromkeys(("syns", "most_syns", "seconds"), 0),
    )
    validate([record])
    found = list(paths(scene(record)))
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
    assert [target.label for target in scene(*records).targets] == ["10.1.1.1:2", "10.1.1.1:1"]


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
    assert {len(target.paths) for target in made_of.targets} == {MOST_PATHS}
    assert all(len(walked(path, t, made_of.own)[0]) <= MOST_NODES for t in made_of.targets for path in t.paths.values())
    validate(many())
    svg = made("svg", many())
    assert "Not drawn: 8 more source addresses." in svg
    assert "Not drawn: 3 more destinations." in svg
    assert "also here: enet" in svg
    assert "and 2 more interfaces" in svg


IPV6 = [
    interfaces(enetA="2001:db8:1234:5678:9abc:def0:1234:5678/64", enetZ="fd00::50/64"),
    connection("2001:db8:1234:5678:9abc:def0:1234:5678", "timeout", target="2001:db8::1"),
    connection("fd00::50", target="2001:db8::1", route=route("fe80::1%enetZ", "enetZ")),
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


def test_a_silent_path_does_not_get_past_a_device_that_may_have_dropped_it() -> None:
    """The question mark stands before the first device that has not replied; the line and that device are dashed."""
    silent = connection("192.168.77.50", "timeout", route=route("192.168.77.1", "enetZ"))
    traced = trace("192.168.77.50", "timeout", "192.168.77.1", None, "10.0.0.3", None)
    for records, proven in (([silent], 0), ([silent, traced], 3)):
        made_of = scene(interfaces(enetZ="192.168.77.50/24"), *records)
        (target,) = made_of.targets
        nodes, end = walked(next(iter(target.paths.values())), target, made_of.own)
        assert [node.proven for node in nodes] == [place < proven for place in range(len(nodes))]
        shapes = panel(target, made_of).shapes
        hops = [shape for shape in shapes if isinstance(shape, Box) and shape.style in ("hop", "silent")]
        (mark,) = [shape for shape in shapes if isinstance(shape, Mark)]
        assert (mark.kind, end.after) == ("question", proven)
        assert [hop.y + hop.height < mark.y for hop in hops] == [place < proven for place in range(len(hops))]
        assert [hop.style for hop in hops[proven:]] == ["silent"] * (len(hops) - proven)
        assert any(isinstance(shape, Line) and shape.style == "broken" for shape in shapes)


@pytest.mark.parametrize("name", SCENES)
def test_every_path_has_a_line_a_mark_and_words(name: str) -> None:
    for each in panels(name):
        lines = [shape for shape in each.shapes if isinstance(shape, Line)]
        marks = {(shape.x, shape.kind) for shape in each.shapes if isinstance(shape, Mark)}
        labels = [shape for shape in each.shapes if isinstance(shape, Box) and shape.style == "label"]
        assert len(marks) == len(labels) == len(each.words) > 0
        assert {line.x for line in lines} == {x for x, _ in marks}
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
    rejected = "next hop on enetZ: rejects", "the device that rejected it", "by 192.168.77.1"
    for words in ("connected", "prohibited", *rejected):
        assert words in svg
    assert "from 192.168.77.50 via 192.168.77.1 to 10.1.1.1:2121: prohibited by 192.168.77.1" in svg
    assert "prefers-color-scheme:dark" in svg
