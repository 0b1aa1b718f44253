"""The heading of a routing table: which columns it has and in which order, in the words of many systems."""

from __future__ import annotations

from ..host import BSD

# The words of headings, in lower case, and what stands below them.
COLUMNS = {
    "destination": "destination",
    "dest/netmask": "destination",
    "destination/mask": "destination",
    "ziel": "destination",
    "destino": "destination",
    "gateway": "gateway",
    "gateway/mask/hw": "gateway",
    "passerelle": "gateway",
    "router": "gateway",
    "pasarela": "gateway",
    "next_hop": "gateway",
    "genmask": "mask",
    "mask": "mask",
    "genmaske": "mask",
    "flags": "flags",
    "flag": "flags",
    "flg": "flags",
    "indic": "flags",
    "indic.": "flags",
    "netif": "interface",
    "interface": "interface",
    "iface": "interface",
    "if": "interface",
    "device": "interface",
    "expire": "expire",
    "exp": "expire",
    "prio": "priority",
    "metric": "metric",
    "met": "metric",
    "label": "label",
    "groups": "mark",
    "pmtu": "size",
    "mtu": "size",
    "mxfrg": "size",
    "refs": "count",
    "ref": "count",
    "refcnt": "count",
    "use": "count",
    "utiliz.": "count",
    "benutzer": "count",
    "mss": "count",
    "window": "count",
    "fenster": "count",
    "fen\u00eatre": "count",
    "irtt": "count",
    "rtt": "count",
    "out": "count",
    "in/fwd": "count",
    "nhop#": "count",
    "weight": "count",
}
_LEAST = 4  # recognized words; fewer can be prose


class Heading:
    """Columns in their order, and where the text of each began."""

    def __init__(self, names: list[str], text: str) -> None:
        self.names = names  # in lower case
        self.columns = [COLUMNS[name] for name in names]
        starts = [text.lower().find(name.replace("next_hop", "next hop")) for name in names[:2]]
        # BSD cuts a destination that is longer than its column.
        self.width = starts[1] - starts[0] - 1 if len(starts) == 2 and min(starts) >= 0 else 0

    def __contains__(self, name: str) -> bool:
        return name in self.names

    @property
    def systems(self) -> frozenset[str]:
        """The systems whose tables have these columns."""
        names = set(self.names)
        if "genmask" in names or "next_hop" in names or names & {"passerelle", "indic", "router", "genmaske"}:
            return frozenset({"linux"})
        if "gateway/mask/hw" in names:
            return frozenset({"rtems"})
        if "dest/netmask" in names or ("pmtu" in names and "exp" not in names):
            return frozenset({"hpux"})
        if "groups" in names:
            return frozenset({"aix"})
        if "device" in names or "destination/mask" in names:
            return frozenset({"solaris"})
        if "prio" in names:
            return frozenset({"openbsd"})
        if names & {"nhop#", "weight"}:
            return frozenset({"freebsd"})
        return self._bsd(names)

    @staticmethod
    def _bsd(names: set[str]) -> frozenset[str]:
        if "expire" in names:
            return frozenset({"freebsd", "dragonfly", "macos"})
        if "refcnt" in names:
            return frozenset({"aix", "tru64"})
        if "ref" in names:
            return frozenset({"solaris"})
        if "mtu" in names:
            return frozenset({"netbsd", "openbsd"})
        return BSD | {"tru64", "aix", "rtems", "vxworks"}


def heading(words: list[str], text: str) -> tuple[Heading, list[str]] | None:
    """Return the heading that a line begins with and the words after it; None if it does not begin with one."""
    names: list[str] = []
    lower = [word.lower() for word in words]
    position = 0
    while position < len(lower):
        name = lower[position]
        if name == "next" and lower[position + 1 : position + 2] == ["hop"]:
            name, position = "next_hop", position + 1
        if name not in COLUMNS or (name in names and name != "use"):
            break
        names.append(name)
        position += 1
    columns = [COLUMNS[name] for name in names]
    whole = len(names) >= _LEAST and columns[0] == "destination" and {"gateway", "flags"} <= set(columns)
    return (Heading(names, text), words[position:]) if whole and _in_order(columns) else None


def _in_order(columns: list[str]) -> bool:
    """Return whether a metric stands where all systems have it: other numbers would be taken for it."""
    before = {"metric": "flags", "priority": "size"}
    places = [columns.index(column) for column in before if column in columns]
    return all(columns[at - 1] == before[columns[at]] for at in places)
