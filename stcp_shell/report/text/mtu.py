"""Path MTUs as text: a row for each source address, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.mtu import AllPathMtus, PathMtus
from .connection import route_text
from .escape import visible
from .words import View, columns, fold

_ROLES = {"confirmed": "good", "reported": "good", "black-hole": "bad", "failed": "bad"}


def mtu_lines(value: AllPathMtus, view: View) -> Iterator[str]:
    """Yield the lines of a result of `mtu`, a block for each address."""
    for number, found in enumerate(value.results):
        if number:
            yield ""
        yield from path_mtu_lines(found, view)


def path_mtu_lines(found: PathMtus, view: View) -> Iterator[str]:
    """Yield the table of one address, and a sentence for each source."""
    to = found.destination
    yield visible(f"path MTU to {to.address}" + (f" ({to.name})" if to.name != to.address else ""))
    rows = [["  Source address", "MTU", "TCP segment", "Limited by", "Route"]]
    for each in found.mtus:
        size, segment = ("-" if value is None else str(value) for value in (each.mtu, each.mss))
        rows.append([f"  {each.source or '-'}", size, segment, each.limited_by or "-", route_text(each.route)])
    yield from map(visible, columns(rows))
    for each in found.mtus:
        for line in fold(visible(f"{each.source or 'no source'}: {each}"), "  ", "    ", view.width):
            yield view.paint(_ROLES.get(each.outcome, "warn"), line)
