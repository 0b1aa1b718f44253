"""Decode a policy rule from the kernel's bytes (RTM_NEWRULE, <linux/fib_rules.h>), in the words of ip-rule(8)."""

from __future__ import annotations

import socket
import struct

from ...model.connection import INET, INET6
from ...model.tables import Rule
from . import rtmessage

# FRA_* that stand in other fields of a rule, are no condition, or are worded below (<linux/fib_rules.h>); and masks,
# of ports and of dscp, that mask nothing.
_HANDLED = frozenset((1, 2, 3, 4, 6, 10, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25))
_FULL_MASKS = {28: b"\xff\xff", 29: b"\xff\xff", 30: b"\x3f"}
_ACTIONS = {1: "lookup", 2: "goto", 3: "nop", 6: "blackhole", 7: "unreachable", 8: "prohibit"}
_PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp", 132: "sctp"}


_RULE = struct.Struct("=BBBBBBBBI")  # fib_rule_hdr: family, dst_len, src_len, tos, table, -, -, action, flags
_PAIR = struct.Struct("=II")
_PORTS = struct.Struct("=HH")


def rule(body: bytes) -> Rule:
    """Decode RTM_NEWRULE (<linux/fib_rules.h>)."""
    family, to_length, from_length, tos, table, _, _, action, bits = _RULE.unpack_from(body)
    found = rtmessage.attributes(body, 12)
    word = _ACTIONS.get(action, str(action))
    everything = "0.0.0.0" if family == socket.AF_INET else "::"

    def prefix(kind: int, length: int) -> str | None:
        return f"{rtmessage.text(found[kind]) if kind in found else everything}/{length}" if length else None

    return Rule(
        family=INET if family == socket.AF_INET else INET6,
        priority=rtmessage.number(found.get(6)) or 0,
        source=prefix(2, from_length),
        destination=prefix(1, to_length),
        action=word,
        table=(rtmessage.number(found.get(15)) or table) if word == "lookup" else None,
        selectors=tuple(selectors(found, tos, bits)),
    )


def selectors(found: dict[int, bytes], tos: int, bits: int) -> list[str]:
    """Return a rule's conditions besides the addresses, in the words of ip-rule(8).

    Parameters of `lookup` and `goto` follow them.
    """
    words = ["not"] if bits & 2 else []  # FIB_RULE_INVERT
    words += [f"tos {tos:#04x}"] if tos else []
    if 10 in found:  # FRA_FWMARK, FRA_FWMASK
        mark, mask = rtmessage.number(found[10]), rtmessage.number(found.get(16))
        words.append(f"fwmark {mark:#x}" if mask in (None, 0xFFFFFFFF) else f"fwmark {mark:#x}/{mask:#x}")
    words += [f"{word} {rtmessage.decoded(found[kind])}" for kind, word in ((3, "iif"), (17, "oif")) if kind in found]
    words += ["l3mdev"] if found.get(19, b"\0") != b"\0" else []
    if 20 in found:
        words.append("uidrange {}-{}".format(*_PAIR.unpack_from(found[20])))
    if 22 in found:
        words.append(f"ipproto {_PROTOCOLS.get(found[22][0], found[22][0])}")
    for kind, word in ((23, "sport"), (24, "dport")):
        if kind in found:
            first, last = _PORTS.unpack_from(found[kind])
            words.append(f"{word} {first}" if first == last else f"{word} {first}-{last}")
    if 25 in found:
        words.append(f"dscp {found[25][0]}")
    words += [
        f"attribute {kind}" for kind in sorted(found) if kind not in _HANDLED and found[kind] != _FULL_MASKS.get(kind)
    ]
    if rtmessage.number(found.get(14)) not in (None, 0xFFFFFFFF):
        words.append(f"suppress_prefixlength {rtmessage.number(found[14])}")
    if 4 in found:
        words.append(f"goto {rtmessage.number(found[4])}")
    return words
