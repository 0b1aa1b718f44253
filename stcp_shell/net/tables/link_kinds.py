"""What kind of device each interface is, and to which bridge it belongs (IFLA_LINKINFO, IFLA_MASTER, rtnetlink(7)).

Not from /sys, which shows the network namespace in which it was mounted.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from . import rtmessage
from .netlink import Dump
from .rtnetlink import RTM_GETLINK, TablesUnavailable

_IFLA_IFNAME, _IFLA_MASTER, _IFLA_LINKINFO, _IFLA_INFO_KIND = 3, 10, 18, 1
_HEADER = struct.Struct("=4xiI")  # ifinfomsg: index, flags
_LOOPBACK, _UP, _LOWER_UP = 1 << 3, 1, 1 << 16  # IFF_*


class LinkKind(NamedTuple):
    """An interface's kind. `kind`: bridge, veth, tun, ...; empty: hardware, or not known."""

    name: str
    kind: str
    master: str  # the bridge or bond that it belongs to; empty: none
    loopback: bool
    carrier: bool  # whether it is connected: down, without a cable or without a bridge port it is not
    up: bool


def link_kinds() -> dict[str, LinkKind]:
    """Return the kinds by name; empty if netlink is denied or missing."""
    rows: dict[int, tuple[str, str, int, int]] = {}
    try:
        for bodies in Dump(RTM_GETLINK, bytes(16)).pieces():
            for body in bodies:
                index, flags = _HEADER.unpack_from(body)
                found = rtmessage.attributes(body, 16)
                kind = rtmessage.attributes(found.get(_IFLA_LINKINFO, b""), 0).get(_IFLA_INFO_KIND, b"")
                name = rtmessage.decoded(found.get(_IFLA_IFNAME, b""))
                rows[index] = (name, rtmessage.decoded(kind), rtmessage.number(found.get(_IFLA_MASTER)) or 0, flags)
    except TablesUnavailable:
        return {}
    return {
        name: LinkKind(
            name,
            kind,
            rows[master][0] if master in rows else "",
            bool(flags & _LOOPBACK),
            bool(flags & _LOWER_UP),
            bool(flags & _UP),
        )
        for name, kind, master, flags in rows.values()
    }
