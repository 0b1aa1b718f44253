"""`show ip route` of NX-OS: a prefix on a line, and its next hops below it."""

from __future__ import annotations

import re

from ...model.connection import INET
from ..facts import WRITTEN, Hop, Row, Way
from ..states import HEAD, IDLE, PARTLY, ROW
from ..table import Context, Reader
from ..words import number4

_BANNER = re.compile(r"IP Route Table for VRF \"(?P<vrf>[^\"]+)\"$")
_LEGEND = re.compile(r"'[^']+'.* denotes .*$")
_PREFIX = re.compile(r"(?P<network>[\d.]+)/(?P<length>\d+), ubest/mbest: (?P<best>\d+)/\d+(?:, attached)?$")
_VIA = re.compile(
    r"\*via (?P<gateway>[\d.]+)(?:%\S+)?(?:, (?P<interface>[A-Za-z][\w/.:-]*))?, \[\d+/\d+\], [\w:.]+, "
    r"(?P<kind>[\w-]+)(?:, [\w ()-]+)*$"
)


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line is the banner of a VRF or a prefix of its table."""
    text = line.strip()
    return Routes(context) if _BANNER.match(text) or _PREFIX.match(text) else None


class Routes(Reader):
    """Routes of one VRF; that of the name `default` is the main table."""

    systems = frozenset({"nxos"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.table = "main"
        self.prefix: tuple[int, int, int] | None = None  # line, network, length
        self.hops: list[Hop] = []
        self.best = 0  # how many next hops the prefix announces

    def read(self, line: int, text: str) -> int | None:
        stripped = text.strip()
        if not stripped:
            return IDLE
        banner = _BANNER.match(stripped)
        if banner:
            self.prefix = None
            self.table = "main" if banner["vrf"] == "default" else f"vrf {banner['vrf']}"
            self.context.host.shown.setdefault(f"routes {INET}", line)
            return HEAD
        if _LEGEND.match(stripped):
            return HEAD
        prefix, via = _PREFIX.match(stripped), _VIA.match(stripped)
        if prefix:
            return self._begin(line, prefix)
        if via and self.prefix:
            return self._hop(line, via)
        if stripped.startswith("*via"):
            self.prefix = None
            return self.context.partly(line, "the next hop or its prefix is unreadable")
        self.prefix = None
        return None

    def _begin(self, line: int, found: re.Match[str]) -> int:
        number, length = number4(found["network"]), int(found["length"])
        self.hops = []
        self.prefix = None
        if number is None or length > 32:
            return self.context.partly(line, "the prefix is unreadable")
        self.prefix = (line, number, length)
        self.best = int(found["best"])
        return self.context.partly(line, "the next hops of this prefix are missing")

    def _hop(self, line: int, found: re.Match[str]) -> int:
        assert self.prefix
        first, number, length = self.prefix
        gateway, interface, kind = found["gateway"], found["interface"] or "", found["kind"]
        if number4(gateway) is None:
            self.prefix = None
            return self.context.partly(line, "the next hop is unreadable")
        if len(self.hops) >= self.best or not interface:
            self.prefix = None
            return self.context.partly(line, "it is no next hop of the prefix above, or its interface is missing")
        rows = self.context.host.rows
        own = kind in ("local", "direct")
        self.hops.append(Hop(None if own else gateway, interface))
        hops = tuple(dict.fromkeys(self.hops))
        way = Way(
            INET,
            gateway,
            None if own else self.hops[0].gateway,
            self.hops[0].interface,
            flags=kind,
            local=gateway if own else None,
            table=self.table,
            hops=hops if len(hops) > 1 else (),
        )
        if len(self.hops) > 1:
            rows.pop()
        rows.append(Row(first, number, length, WRITTEN, way))
        self.context.completes = (line, first)
        if len(self.hops) == self.best:
            self.context.amend(first, ROW)
        else:
            self.context.amend(first, PARTLY, f"{len(self.hops)} of {self.best} next hops are shown")
        return ROW
