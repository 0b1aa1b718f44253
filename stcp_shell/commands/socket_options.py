"""getsockopt and setsockopt, for the options that matter for a connection problem."""

import socket as sockets_api
from typing import NamedTuple, Optional

from ..errors import Failure, reason
from ..language.declaration import Argument, command
from ..language.kinds import Kind, choice, whole
from ..model.connection import INET
from ..model.results import OptionValue
from .session import Session, Socket

_S = sockets_api


class _Place(NamedTuple):
    """The level and number of an option, for IPv4 and, if they differ, for IPv6; socket(7), tcp(7)."""

    level: int
    number: int
    level6: Optional[int] = None
    number6: Optional[int] = None


def _linux(name: str, number: int) -> int:
    """Return an option's number by name, or Linux's number if Python was built without it."""
    return int(getattr(_S, name, number))


_PLACES = {
    "keepalive": _Place(_S.SOL_SOCKET, _S.SO_KEEPALIVE),
    "reuseaddr": _Place(_S.SOL_SOCKET, _S.SO_REUSEADDR),
    "broadcast": _Place(_S.SOL_SOCKET, _S.SO_BROADCAST),
    "sndbuf": _Place(_S.SOL_SOCKET, _S.SO_SNDBUF),
    "rcvbuf": _Place(_S.SOL_SOCKET, _S.SO_RCVBUF),
    "mark": _Place(_S.SOL_SOCKET, _linux("SO_MARK", 36)),
    "nodelay": _Place(_S.IPPROTO_TCP, _S.TCP_NODELAY),
    "maxseg": _Place(_S.IPPROTO_TCP, _S.TCP_MAXSEG),
    "keepidle": _Place(_S.IPPROTO_TCP, _linux("TCP_KEEPIDLE", 4)),
    "keepintvl": _Place(_S.IPPROTO_TCP, _linux("TCP_KEEPINTVL", 5)),
    "keepcnt": _Place(_S.IPPROTO_TCP, _linux("TCP_KEEPCNT", 6)),
    "syncnt": _Place(_S.IPPROTO_TCP, _linux("TCP_SYNCNT", 7)),
    "usertimeout": _Place(_S.IPPROTO_TCP, _linux("TCP_USER_TIMEOUT", 18)),
    "ttl": _Place(_S.IPPROTO_IP, _S.IP_TTL, _S.IPPROTO_IPV6, _S.IPV6_UNICAST_HOPS),
    "tos": _Place(_S.IPPROTO_IP, _S.IP_TOS, _S.IPPROTO_IPV6, _linux("IPV6_TCLASS", 67)),
    "mtudiscover": _Place(_S.IPPROTO_IP, 10, _S.IPPROTO_IPV6, 23),
    "freebind": _Place(_S.IPPROTO_IP, 15, _S.IPPROTO_IPV6, 78),
}
_NAME = choice(*_PLACES)
_VALUE = Kind("VALUE", whole(-1, 2**31 - 1))


@command("getsockopt", Argument("option", _NAME, "the option"), examples=["getsockopt maxseg"])
def getsockopt(session: Session, option: str) -> OptionValue:
    """Show an option of the current socket: keepalive, ttl, maxseg, sndbuf, ..."""
    entry = session.socket()
    return OptionValue(entry.number, option, _get(entry, option))


@command(
    "setsockopt",
    Argument("option", _NAME, "the option"),
    Argument("value", _VALUE, "the number; 1 and 0 switch on and off"),
    examples=["setsockopt reuseaddr 1", "setsockopt ttl 3"],
)
def setsockopt(session: Session, option: str, value: int) -> OptionValue:
    """Set an option of the current socket and show the value that the kernel then reports."""
    entry = session.socket()
    level, number = _place(entry, option)
    try:
        entry.sock.setsockopt(level, number, value)
    except (OSError, OverflowError) as error:
        raise Failure(f"{option} {value}: {reason(error) if isinstance(error, OSError) else error}") from None
    return OptionValue(entry.number, option, _get(entry, option), value)


def _get(entry: Socket, option: str) -> int:
    level, number = _place(entry, option)
    try:
        return entry.sock.getsockopt(level, number)
    except OSError as error:
        raise Failure(f"{option}: {reason(error)}") from None


def _place(entry: Socket, option: str) -> tuple[int, int]:
    if entry.sock.fileno() < 0:
        raise Failure(f"socket {entry.number} has no options any more ({entry.state}): open a new one with socket")
    place = _PLACES[option]
    if place.level == _S.IPPROTO_TCP and entry.kind != "stream":
        raise Failure(f"{option} is for stream sockets and socket {entry.number} is dgram")
    if entry.family != INET and place.level6 is not None and place.number6 is not None:
        return place.level6, place.number6
    return place.level, place.number
