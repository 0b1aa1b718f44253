"""The route to one destination, the source address of the packets, and the reason for it."""

from typing import Annotated, NamedTuple, Optional

from .connection import Destination, ResolvedRoute
from .record import InterfaceName, Prose, Wire, Word, record
from .tables import Rule


class ConnectCheck(NamedTuple):
    """The result of connect(2) on a UDP socket, which chooses a source address and sends no packet."""

    source: Annotated[Optional[str], "the address that it chose; null: none"] = None
    errno: Annotated[Optional[Word], "name of the error; null: none"] = None


class SecondLook(NamedTuple):
    """The other route that connect(2) finds for IPv4 in a second lookup, with the source address that it chose."""

    gateway: Annotated[Optional[str], "the next hop; null: on the link, or no route"]
    interface: Annotated[Optional[InterfaceName], "the outgoing interface; null: no route"]
    kind: Annotated[Word, "unicast, local, ...; none: no route"]
    table: Annotated[Optional[int], "number of the routing table that holds the route"]
    prefix: Annotated[Optional[str], "prefix of the route that decides"]
    errno: Annotated[Optional[Word], "the error that the kernel returned in place of a route; null: none"]
    rules: Annotated[tuple[Rule, ...], "the policy rule that decides; if there are several, one of them does"]

    @property
    def route(self) -> ResolvedRoute:
        """The route."""
        return ResolvedRoute(self.gateway, self.interface, None, self.table, self.kind)


@record("route")
class RouteFound(NamedTuple):
    """The route to one destination, the source address, and why that one (route get)."""

    destination: Annotated[Destination, "the destination"]
    asked: Annotated[
        Optional[str], Wire("from"), "the requested source address, as for bind(2); null: the kernel chooses"
    ]
    source: Annotated[Optional[str], "the source address; null: none is chosen"]
    reason: Annotated[
        Word, "why this source, in a word: asked, prefsrc, gateway-subnet, longest-prefix, ..., refused, unknown"
    ]
    why: Annotated[Prose, "the reason as a sentence"]
    gateway: Annotated[Optional[str], "the next hop; null: on the link, or no route"] = None
    interface: Annotated[Optional[InterfaceName], "the outgoing interface; null: no route"] = None
    kind: Annotated[Optional[Word], "unicast, local, ...; none: no route; null: the tables cannot be read"] = None
    table: Annotated[Optional[int], "number of the routing table that holds the route"] = None
    prefix: Annotated[Optional[str], "prefix of the route that decides: `10.0.0.0/8`, default"] = None
    errno: Annotated[Optional[Word], "the error that the kernel returned in place of a route; null: none"] = None
    rules: Annotated[tuple[Rule, ...], "the policy rule that decides; if there are several, one of them does"] = ()
    kernel: Annotated[Optional[str], "the source address that the kernel reports (RTM_GETROUTE)"] = None
    connect: Annotated[ConnectCheck, "the result of connect(2) on a UDP socket"] = ConnectCheck()
    agrees: Annotated[Optional[bool], "whether the kernel's answers match the reason; null: not checked"] = None
    second: Annotated[Optional[SecondLook], "the route of the packets, if connect(2) finds another one"] = None
    notes: Annotated[tuple[Prose, ...], "further remarks"] = ()
    others: Annotated[tuple[str, ...], "further addresses of the name"] = ()

    @property
    def route(self) -> Optional[ResolvedRoute]:
        """The route; None: the tables cannot be read."""
        if self.kind is None:
            return None
        return ResolvedRoute(self.gateway, self.interface, self.kernel, self.table, self.kind)
