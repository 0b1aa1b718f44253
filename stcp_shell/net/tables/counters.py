"""What the interfaces have sent and received since they exist (IFLA_STATS64, `rtnl_link_stats64`)."""

import struct

from ...model.tables import Counters
from . import rtmessage
from .netlink import Dump
from .rtnetlink import RTM_GETLINK, TablesUnavailable

_IFLA_IFNAME, _IFLA_STATS64 = 3, 23
_FIGURES = struct.Struct("=10Q")  # packets in and out, bytes in and out, errors in and out, dropped, multicast, ...
_INDEX = struct.Struct("=4xi")  # ifinfomsg


def counters() -> dict[int, Counters]:
    """Return the counters by interface index; empty if netlink is denied or missing."""
    found = {}
    try:
        for bodies in Dump(RTM_GETLINK, bytes(16)).pieces():
            for body in bodies:
                attributes = rtmessage.attributes(body, 16)
                if figures := attributes.get(_IFLA_STATS64):
                    name = rtmessage.decoded(attributes.get(_IFLA_IFNAME, b""))
                    received, sent, _, _, in_errors, out_errors, *_, collisions = _FIGURES.unpack_from(figures)
                    index = _INDEX.unpack_from(body)[0]
                    found[index] = Counters(name, received, in_errors, sent, out_errors, collisions)
    except TablesUnavailable:
        return {}
    return found
