"""A session log as text that pastes well into a support ticket: 80 columns, aligned, no escape codes."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..facts import (
    Address,
    Answerer,
    Connection,
    Endpoint,
    Hop,
    Icmp,
    Interface,
    NextHop,
    Route,
    Rule,
    Trace,
    Way,
)
from ..journal.reader import Losses
from ..results import Traces
from .plain import visible
from .tables import ifconfig_lines, route_lines
from .text import RENDERERS, columns, details, headline, plain

WIDTH = 80
_INDENT = " " * 10
Record = dict[str, Any]


def ticket(records: Iterable[Record], losses: Losses | None = None) -> Iterator[str]:
    """The lines of a log's text, made as the records are read; a summary by source address comes last."""
    summary: Counter[tuple[str, str, str, str]] = Counter()
    for record in records:
        write = _WRITERS.get(record["type"])
        try:
            if write:
                yield from write(record)
            if record["type"] == "connection":
                summary[_key(connection(record))] += 1
        except (KeyError, TypeError, ValueError, AttributeError):
            yield f"{_clock(record)}  (a {visible(record['type'])} record that this version does not understand)"
    if summary:
        yield ""
        yield from _summary(summary)
    for remark in losses.remarks() if losses else ():
        yield f"({remark})"


def connection(record: Record) -> Connection:
    """A `connection` record as the fact it was made from; fields that are missing are unknown."""
    route, icmp, destination = record.get("route"), record.get("icmp"), record["destination"]
    answerer = record.get("answerer")
    way = None
    if route:
        kind = "unicast" if route.get("interface") else "none"
        way = Way(route.get("gateway"), route.get("interface"), kind=kind)
    return Connection(
        socket=record["socket"],
        protocol=record["protocol"],
        bound=_endpoint(record.get("bound")),
        source=_endpoint(record.get("source")),
        destination=Endpoint(destination["address"] or "", destination["port"]),
        name=destination["name"],
        route=way,
        outcome=record["outcome"],
        errno=record.get("errno"),
        icmp=_icmp(icmp),
        elapsed=record["elapsed"],
        rtt=record.get("rtt"),
        syn_retransmits=record.get("syn_retransmits"),
        others=tuple(record.get("others", ())),
        note=record.get("note"),
        rst=record.get("rst", False),
        syn=record.get("syn"),
        answerer=Answerer(answerer["ttl"], answerer["hops_back"], answerer["hops_forward"]) if answerer else None,
    )


def fold(text: str, indent: str, hanging: str | None = None) -> Iterator[str]:
    """Text in lines of at most WIDTH columns, broken at spaces; a word that is longer stands alone."""
    line, empty = indent, True
    for word in text.split(" "):
        if not empty and len(line) + 1 + len(word) > WIDTH:
            yield line.rstrip()
            line, empty = (hanging or indent), True
        line += word if empty else f" {word}"
        empty = False
    yield line.rstrip()


def _icmp(value: dict[str, Any] | None) -> Icmp | None:
    return Icmp(value["type"], value["code"], value["meaning"], value["from"]) if value else None


def _endpoint(value: dict[str, Any] | None) -> Endpoint | None:
    return Endpoint(value["address"], value["port"]) if value else None


def _clock(record: Record) -> str:
    return str(record.get("time", ""))[11:19] or "--:--:--"


def _session(record: Record) -> Iterator[str]:
    yield f"Session log of stcp-shell {visible(str(record['version']))}"
    yield ""
    yield f"{'host':<10}{visible(record['host'])} ({visible(record['system'])})"
    yield f"{'started':<10}{visible(str(record['time'])[:19].replace('T', ' '))} UTC"
    arguments = " ".join(["stcp-shell", *record["arguments"]])
    yield from fold(visible(arguments), f"{'run as':<10}", _INDENT)
    yield ""


def _command(record: Record) -> Iterator[str]:
    typed = record["from"] == "typed" or record["from"].startswith("-c:")
    origin = "" if typed else f"  ({visible(record['from'])})"
    yield from fold(visible(record["text"]) + origin, f"{_clock(record)}  ", _INDENT)


def _connection(record: Record) -> Iterator[str]:
    found = connection(record)
    yield from fold(f"socket {found.socket}: {visible(headline(found))}", _INDENT, _INDENT + "  ")
    for label, text in details(found):
        yield from fold(visible(text), f"{_INDENT}  {label:<12} ", _INDENT + " " * 15)


def _result(record: Record) -> Iterator[str]:
    if record.get("error"):
        yield from fold(f"failed: {visible(record['error'])}", _INDENT, _INDENT + "  ")
        return
    kind = next(k for k in RENDERERS if k.__name__.lower() == record["result"])
    for line in RENDERERS[kind](kind(**record["value"]), plain):
        yield from fold(line.strip(), _INDENT + " " * (len(line) - len(line.lstrip())), _INDENT + "  ")


def _trace(record: Record) -> Iterator[str]:
    from .paths import headline as target  # late: it takes `fold` from here
    from .paths import remarks, table

    found = traces(record)
    yield from fold(visible(target(found)), _INDENT, _INDENT + "  ")
    yield from (_INDENT + line for line in table(found, WIDTH - len(_INDENT)))
    for _, text in remarks(found):
        yield from fold(visible(text), _INDENT + "  ", _INDENT + "    ")


def traces(record: Record) -> Traces:
    """A `trace` record as the result that it was made from."""
    destination = Endpoint(record["destination"]["address"], record["destination"]["port"])
    return Traces(
        record["destination"]["name"],
        destination,
        record["most_hops"],
        [
            Trace(
                destination,
                path["source"],
                path["chosen_by"],
                tuple(Hop(**{**hop, "icmp": _icmp(hop["icmp"])}) for hop in path["hops"]),
                path["outcome"],
            )
            for path in record["traces"]
        ],
        [Way(**path["route"]) if path["route"]["kind"] else None for path in record["traces"]],
        tuple(record["others"]),
        record["cancelled"],
    )


def _interfaces(record: Record) -> Iterator[str]:
    found = [
        Interface(
            **{
                **interface,
                "flags": tuple(interface["flags"]),
                "addresses": tuple(
                    Address(**{**address, "flags": tuple(address["flags"])}) for address in interface["addresses"]
                ),
            }
        )
        for interface in record["interfaces"]
    ]
    yield ""
    yield from ifconfig_lines(found, record["host"], _clock(record))
    yield ""


def _route_found(record: Record) -> Iterator[str]:
    from ..journal.lookups import route_from  # late: few logs have one
    from .lookup import details as found_details
    from .lookup import headline as found_headline

    found = route_from(record)
    yield from fold(visible(f"{found.name}: {found_headline(found)}"), _INDENT, _INDENT + "  ")
    for label, text in found_details(found):
        yield from fold(visible(text), f"{_INDENT}  {label:<12} ", _INDENT + " " * 15)


def _routes(record: Record) -> Iterator[str]:
    if "neighbours" in record:  # it was netstat's view
        yield from _bsd_routes(record)
        return
    lines = route_lines(
        [_route(route) for route in record["defaults"]],
        [_route(route) for route in record["routes"]],
        _clock(record),
        [_route(route) for route in record["others"]],
        [Rule(**{**rule, "selectors": tuple(rule["selectors"])}) for rule in record["rules"]],
    )
    yield ""
    yield from lines
    yield from _left_out(record, routes="count", others="others_count")
    yield ""


def _bsd_routes(record: Record) -> Iterator[str]:
    from ..journal.lookups import blocks_from, links_from
    from .netstat import route_lines as bsd_lines

    yield ""
    yield from bsd_lines(blocks_from(record), links_from(record))
    yield from _left_out(record, routes="count", others="others_count", neighbours="neighbours_count")
    yield ""


def _left_out(record: Record, **counts: str) -> Iterator[str]:
    """What the log does not have of long tables."""
    for rows, count in counts.items():
        if record[count] > len(record[rows]):
            what = "neighbours" if rows == "neighbours" else "routes"
            yield f"({record[count] - len(record[rows])} more {what} are not in the log)"


def _route(fields: dict[str, Any]) -> Route:
    return Route(**{**fields, "hops": tuple(NextHop(**hop) for hop in fields["hops"])})


def _verdict(record: Record) -> Iterator[str]:
    target = record["destination"]
    head = (
        f"verdict for {visible(target['name'])} port {target['port']}: {record['kind']}: {visible(record['summary'])}"
    )
    yield from fold(head, _INDENT, _INDENT + "  ")
    yield from points(record["evidence"], record["remedies"], _INDENT + "  ")


def points(evidence: Iterable[str], remedies: Iterable[str], indent: str) -> Iterator[str]:
    """Evidence and remedies of a verdict; a command to copy (it begins with spaces) stays on one line."""
    for title, texts in (("evidence", list(evidence)), ("remedies", list(remedies))):
        if texts:
            yield f"{indent}{title}:"
        for text in texts:
            safe = visible(text)
            if safe.startswith("  "):
                yield f"{indent}  {safe}"
            else:
                yield from fold(safe, f"{indent}- ", f"{indent}  ")


def _expectation(record: Record) -> Iterator[str]:
    if record["met"]:
        yield from fold(f"as expected: {visible(record['expected'])}", _INDENT, _INDENT + "  ")
        return
    miss = f"MISS: expected {visible(record['expected'])}; seen {visible(record['seen'])}"
    yield from fold(miss, _INDENT, _INDENT + "  ")


def _note(record: Record) -> Iterator[str]:
    yield from fold(visible(record["text"]), f"{_clock(record)}  note: ", _INDENT + "  ")


def _end(record: Record) -> Iterator[str]:
    yield f"{_clock(record)}  end: {visible(record['reason'])}"


def _key(found: Connection) -> tuple[str, str, str, str]:
    source = found.source.address if found.source else "-"
    target = str(found.destination) if found.destination.address else f"{found.name}:{found.destination.port}"
    return source, found.chosen_by, target, found.outcome


def _summary(counts: Counter[tuple[str, str, str, str]]) -> Iterator[str]:
    rows = [["Source address", "Chosen by", "Destination", "Outcome", "Count"]]
    rows += [[*map(visible, key), str(count)] for key, count in counts.items()]
    yield from columns(rows)


_WRITERS: dict[str, Callable[[Record], Iterator[str]]] = {
    "session": _session,
    "command": _command,
    "connection": _connection,
    "result": _result,
    "interfaces": _interfaces,
    "routes": _routes,
    "route": _route_found,
    "expectation": _expectation,
    "note": _note,
    "verdict": _verdict,
    "trace": _trace,
    "end": _end,
}
