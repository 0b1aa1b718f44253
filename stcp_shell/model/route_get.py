"""The route to one destination, and why the packets leave from which source address."""

from typing import Annotated, NamedTuple, Optional

from .connection import Destination, ResolvedRoute
from .record import InterfaceName, Wire, Word, record
from .tables import Rule


class ConnectCheck(NamedTuple):
    """What connect(2) of a UDP socket did, which chooses a source address and sends nothing."""

    source: Annotated[Optional[str], "the address that it chose"] = None
    errno: Annotated[Optional[Word], "if it failed"] = None


class SecondLook(NamedTuple):
    """The other route that IPv4's connect(2) finds when it looks again, with the source address that it chose."""

    gateway: Annotated[Optional[str], "null: on the link, or no route"]
    interface: Annotated[Optional[InterfaceName], "null: no route"]
    kind: Annotated[Word, "unicast, local, ...; none: no route"]
    table: Annotated[Optional[int], "the table that the route is in"]
    prefix: Annotated[Optional[str], "of the row that decides"]
    errno: Annotated[Optional[Word], "the kernel's answer in place of a route"]
    rules: Annotated[tuple[Rule, ...], "the policy rule that decides; several: one of them"]

    @property
    def route(self) -> ResolvedRoute:
        """The route."""
        return ResolvedRoute(self.gateway, self.interface, None, self.table, self.kind)


@record("route")
class RouteFound(NamedTuple):
    """The route to one destination, the source address, and why that one (route get)."""

    destination: Annotated[Destination, "where to"]
    asked: Annotated[
        Optional[str], Wire("from"), "the source address that a socket would be bound to; null: the kernel chooses"
    ]
    source: Annotated[Optional[str], "the source address; null: none is chosen"]
    reason: Annotated[
        Word, "the rule for the source in a word: asked, prefsrc, gateway-subnet, longest-prefix, ..., refused, unknown"
    ]
    why: Annotated[str, "the same as a sentence"]
    gateway: Annotated[Optional[str], "null: on the link, or no route"] = None
    interface: Annotated[Optional[InterfaceName], "null: no route"] = None
    kind: Annotated[Optional[Word], "unicast, local, ...; none: no route; null: the tables cannot be read"] = None
    table: Annotated[Optional[int], "the table that the route is in"] = None
    prefix: Annotated[Optional[str], "of the row that decides: `10.0.0.0/8`, default"] = None
    errno: Annotated[Optional[Word], "the kernel's answer in place of a route"] = None
    rules: Annotated[tuple[Rule, ...], "the policy rule that decides; several: one of them"] = ()
    kernel: Annotated[Optional[str], "the source address in the kernel's answer"] = None
    connect: Annotated[ConnectCheck, "what connect(2) of a UDP socket did"] = ConnectCheck()
    agrees: Annotated[Optional[bool], "whether the reason leads to what the kernel says; null: not checked"] = None
    second: Annotated[Optional[SecondLook], "the route of the packets, if connect(2) finds another one"] = None
    notes: Annotated[tuple[str, ...], "what else is known"] = ()
    others: Annotated[tuple[str, ...], "further addresses of the name"] = ()

    @property
    def route(self) -> Optional[ResolvedRoute]:
        """The route; None: the tables cannot be read."""
        if self.kind is None:
            return None
        return ResolvedRoute(self.gateway, self.interface, self.kernel, self.table, self.kind)
