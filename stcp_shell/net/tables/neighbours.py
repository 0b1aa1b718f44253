"""Decode RTM_NEWNEIGH: which hardware address each address on a link has (rtnetlink(7))."""

import struct

from ...model.tables import Neighbour
from . import rtmessage

# NUD_* and NTF_* bit by bit, in ip-neighbour(8)'s names (<linux/neighbour.h>).
STATES = ("incomplete", "reachable", "stale", "delay", "probe", "failed", "noarp", "permanent")
FLAGS = {3: "proxy", 4: "extern_learn", 7: "router"}

_NEIGHBOUR = struct.Struct("=BxxxiHBB")  # ndmsg: family, ifindex, state, flags, type
_NDA_DST, _NDA_LLADDR = 1, 2


def neighbour(body: bytes, name_of: rtmessage.Namer) -> Neighbour:
    """Decode RTM_NEWNEIGH. The hardware address of a tunnel's other end is an IP address, and is written as one."""
    _, index, state, bits, _ = _NEIGHBOUR.unpack_from(body)
    found = rtmessage.attributes(body, 12)
    interface = name_of(index)
    hardware = found.get(_NDA_LLADDR, b"")
    return Neighbour(
        address=rtmessage.zoned(found[_NDA_DST], interface) if _NDA_DST in found else "",
        interface=interface,
        hardware=(rtmessage.text(hardware) if len(hardware) in (4, 16) else hardware.hex(":")) or None,
        state=STATES[state.bit_length() - 1] if 0 < state < 256 else "none",
        flags=tuple(name for bit, name in FLAGS.items() if bits >> bit & 1),
    )
