"""`watch`: the real connections of a client, and those that this host's programs open back to it, without root."""

from __future__ import annotations

from collections.abc import Container
from socket import if_nameindex
from typing import TYPE_CHECKING

from ..errors import Failure
from ..language.declaration import Option, command
from ..language.kinds import PORT, SECONDS, Kind, choice, host
from ..net import resolver
from .session import Session

if TYPE_CHECKING:
    from ..model.callback import Watched

_MOST_PEERS = 5000


def _peers(text: str) -> tuple[str, ...]:
    """Return addresses, prefixes and names. Raises ValueError."""
    words = tuple(dict.fromkeys(each.strip() for each in text.split(",")))
    if len(words) > _MOST_PEERS:
        raise ValueError(f"{len(words)} peers are too many (at most {_MOST_PEERS}): use prefixes, as 10.0.0.0/8")
    for word in words:
        if not word:
            raise ValueError("an address is missing beside a comma")
        address, slash, length = word.partition("/")
        found = host(address)
        if slash and not (resolver.is_address(found) and length.isdecimal() and int(length) <= _bits(found)):
            raise ValueError(f"{word[:60]} is no prefix: write an address and a length, as 10.0.0.0/8")
    return words


def _bits(address: str) -> int:
    return 128 if ":" in address else 32


@command(
    "watch",
    Option(
        "peer", Kind("ADDR[,ADDR|PREFIX…]", _peers, "host"), "the client: addresses, prefixes, names", required=True
    ),
    Option("for", SECONDS, "end after this time; without it Ctrl-C ends the watch"),
    Option("port", PORT, "the port of the service: others of this host are no connection A", bare=True),
    Option("until", choice("callback"), "end when a new connection to the client has connected or failed"),
    examples=[
        "watch -peer 10.1.1.1",
        "watch -peer 10.1.1.1 -for 60 -until callback",
        "watch -peer 10.1.1.0/24,fd00:10:1:1::/64 -port ftp -for 300",
    ],
)
def watch(
    session: Session,
    peer: tuple[str, ...],
    for_: float | None = None,
    port: int | str | None = None,
    until: str | None = None,
) -> Watched:
    """Show live which connections a client makes to this host (A), and which this host opens back to it (B).

    It sees the sockets of every program, needs no root, and sends nothing. For each B it shows whether it left from the
    address that the client uses, and how it ended, even if it lived for a moment only: the kernel announces the end of
    each connection. Start it on the server before the client is used. Ctrl-C ends it with a verdict.
    """
    from ..net.sockets.peers import OwnAddresses, Peers
    from ..net.sockets.watcher import Watcher
    from ..net.tables.interfaces import interfaces
    from .watching import Watching

    number = resolver.port_number(port, "tcp") if port is not None else None
    own = OwnAddresses(address.address for each in interfaces() for address in each.addresses)
    addresses = tuple(
        address
        for each in peer
        for address in ([each] if "/" in each else resolver.every_address(each, session.timeout))
    )
    _refuse_own(addresses, own)
    session.log_snapshot()
    try:
        watcher = Watcher(Peers(addresses), own, session.environment.clock)
    except OSError as error:
        raise Failure(f"the sockets of this host cannot be read: {error}") from None
    try:
        return Watching(session, watcher, _brief(peer), number).run(for_, until is not None)
    finally:
        watcher.close()


def _brief(peers: tuple[str, ...]) -> str:
    return ",".join(peers) if len(peers) < 5 else f"{','.join(peers[:4])} and {len(peers) - 4} more"


def _refuse_own(peers: tuple[str, ...], own: Container[str]) -> None:
    """Raise Failure if one of the peers is this host, or no host at all."""
    from ..net.sockets.peers import networks

    for name in peers:
        if (zone := name.partition("%")[2]) and zone not in dict(if_nameindex()).values():
            raise Failure(f"-peer {name}: this host has no interface {zone}")
        (network,) = networks([name])
        address = network.network_address
        if network.num_addresses > 1:
            continue
        if str(address) in own or name in own or address.is_unspecified:
            raise Failure(f"-peer {name} is an address of this host: name the client's address")
        if address.is_multicast or str(address) == "255.255.255.255":
            raise Failure(f"-peer {name} is no host's address: name the client's address")
