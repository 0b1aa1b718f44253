"""Which source address another host would choose: worked out from the tables that were pasted, row by row."""

from __future__ import annotations

from ..errors import Failure
from ..model.connection import INET, INET6, Destination
from ..model.prediction import Prediction
from ..pasted.addresses import holds, known, number_of
from ..pasted.facts import BITS, WRITTEN, Row, Way
from ..pasted.host import Host, Paste
from ..pasted.prefixes import Prefixes
from ..pasted.states import IDLE, ROW
from ..pasted.words import family_of
from . import offline_linux, offline_others, offline_sources
from .offline import CERTAIN, CONDITIONAL, UNKNOWN, Inquiry, Path, Refused, Undecided
from .offline_check import to_be_sure

_NEAR = 20  # lines before and after one, in which a row is looked for; idle ones do not count
_MOST_READ = 4096  # characters of a line that is not understood


def predict(
    host: Host,
    prefixes: Prefixes,
    destination: str,
    asked: str | None = None,
    client_used: str | None = None,
    extra: Row | None = None,
    added: str | None = None,
) -> Prediction:
    """Return the prediction for a numeric destination.

    `asked`: the address that the socket is bound to. `extra`: a row that is tried, and `added`, its text.
    """
    family = INET6 if ":" in destination else INET
    inquiry = Inquiry(host, prefixes, destination, family, extra)
    _cite_bound_rules(inquiry, client_used)
    result = Prediction(
        host.name, host.system, Destination(destination, destination, 0), asked, client_used, None, None, None, CERTAIN
    )
    try:
        try:
            result = (None if extra else _answered(inquiry, result)) or _worked_out(inquiry, result, asked)
        except Refused as refused:
            _doubts(inquiry)
            result = result._replace(outcome=refused.outcome, why=refused.why, level=inquiry.level)
    except Undecided as undecided:
        inquiry.lower(UNKNOWN, undecided.missing)
        candidates = undecided.candidates or tuple(dict.fromkeys(each.own.address for each in inquiry.own))
        usable = tuple(each for each in candidates if not each.startswith("127.") and each != "::1")
        result = _with_path(inquiry, result, inquiry.paths)._replace(
            level=UNKNOWN, candidates=usable, why=undecided.missing
        )
    result = result._replace(
        missing=tuple(inquiry.missing),
        rows=inquiry.rows(),
        sure=to_be_sure(host.system, destination),
        added=added,
    )
    return result._replace(differs=_differs(result))


def _worked_out(inquiry: Inquiry, result: Prediction, asked: str | None) -> Prediction:
    if not inquiry.host.system:
        inquiry.lower(CONDITIONAL, "which system it is is not known (load -system)")
    linux = inquiry.host.system == "linux"
    found = (offline_linux if linux else offline_others).route(inquiry, asked)
    paths = found if isinstance(found, list) else [found]
    _doubts(inquiry)
    inquiry.paths = paths
    for path in paths:
        _check_loop(inquiry, path)
    if asked:
        line = next((each.own.line for each in inquiry.own if each.own.address == asked), 0)
        inquiry.cite(line, "the socket is bound to it")
        if not line:
            inquiry.lower(CONDITIONAL, f"{asked} is no address of the host that is shown: bind may fail")
        return _with_path(inquiry, result, paths)._replace(
            source=asked, why="the socket is bound to it", level=inquiry.level, candidates=(asked,)
        )
    choose = offline_linux.source if linux else offline_sources.source
    chosen = [choose(inquiry, path) for path in paths]
    if len({each.address for each in chosen}) > 1:
        raise Undecided(
            "equal routes lead to different source addresses: which one is used cannot be said",
            tuple(dict.fromkeys(each.address for each in chosen)),
        )
    if len(paths) > 1:
        inquiry.lower(CONDITIONAL, "equal routes: which next hop is used cannot be said")
    first = chosen[0]
    result = _with_path(inquiry, result, paths)
    inquiry.cite(first.line, f"source: {first.why}")
    if linux and inquiry.family == INET and len(paths) == 1:
        result = _second(inquiry, result, first.address)
    return result._replace(
        source=first.address, why=first.why, level=inquiry.level, candidates=(first.address, *first.others)
    )


def _check_loop(inquiry: Inquiry, path: Path) -> None:
    """Say so if the way to the gateway leads by the gateway itself.

    A default route does not show that: the network of the gateway is then that of an interface, and has no row.
    """
    gateway = path.hop.gateway
    if not gateway or (":" in gateway) != (inquiry.family != INET) or "onlink" in path.row.way.flags.split():
        return
    if any(holds(each.own, gateway) for each in inquiry.own):
        return
    row = next(inquiry.prefixes.matches(number_of(gateway), inquiry.family, "main"), [None])[0]
    if row and row.length and row.way.gateway == gateway and row.way.kind == "unicast":
        inquiry.cite(row.line, f"the way to the gateway {gateway}")
        inquiry.lower(CONDITIONAL, f"the gateway {gateway} is reached by itself: the route is of no use, or cut")


def _with_path(inquiry: Inquiry, result: Prediction, paths: list[Path]) -> Prediction:
    hops = {_router(inquiry, path) for path in paths}
    interfaces = {_physical(path.hop.interface, result.system) for path in paths}
    return result._replace(
        next_hop=hops.pop() if len(hops) == 1 else None,
        interface=(interfaces.pop() or None) if len(interfaces) == 1 else None,
    )


def _router(inquiry: Inquiry, path: Path) -> str | None:
    """Return the next router. Linux takes a gateway that is an own address as on the link (`fib_check_nh_v4_gw`)."""
    gateway = path.hop.gateway
    linux = inquiry.host.system == "linux" and inquiry.family == INET
    if (
        linux
        and any(each.own.address == gateway for each in inquiry.own)
        and "onlink" not in path.row.way.flags.split()
    ):
        inquiry.lower(
            CONDITIONAL, f"the gateway {gateway} is an address of the host itself, if it was before the route"
        )
        return None
    return gateway


def _physical(interface: str, system: str) -> str:
    """Return the interface of a logical unit of Solaris, `net0:3`."""
    return interface.partition(":")[0] if system == "solaris" else interface


def _second(inquiry: Inquiry, result: Prediction, source: str) -> Prediction:
    """Look up again with the source: IPv4's connect(2) does, so a rule `from` it decides the way of the packets."""
    try:
        found = offline_linux.route(inquiry, source)
    except Refused as refused:
        raise Refused(
            refused.outcome, f"with the source {source}, that the first lookup chose, {refused.why}"
        ) from None
    return _with_path(inquiry, result, found if isinstance(found, list) else [found])


def _doubts(inquiry: Inquiry) -> None:
    """Lower the level for what is odd in the text as a whole."""
    host = inquiry.host
    for gap in host.gaps:
        inquiry.lower(CONDITIONAL, gap)
    for conflict in host.conflicts:
        raise Undecided(conflict)
    cards: dict[str, str] = {}
    for card, own in host.own(inquiry.family):
        if cards.setdefault(own.address, card.name) != card.name and not own.address.startswith("fe80"):
            inquiry.lower(CONDITIONAL, f"{own.address} is on {cards[own.address]} and on {card.name}")
    for paste in host.pastes:
        for number in paste.unread():
            why = paste.reasons.get(number, "")
            # Words behind what is known: on other systems than Linux they are remarks or prose.
            words = why.startswith("not understood") and host.system != "linux"
            if (why and not words) or (not why and _may_be_row(paste, number, host.system == "linux")):
                inquiry.lower(CONDITIONAL, f"{paste.file}:{number + 1}: {why or 'this line is not understood'}")
                return


def _may_be_row(paste: Paste, number: int, linux: bool) -> bool:
    """Return whether a line that no reader knows may be of a table: it is among rows, and not prose of a ticket."""
    before, after = paste.states[max(0, number - _NEAR) : number], paste.states[number + 1 : number + 1 + _NEAR]
    if ROW not in (*before.rstrip(bytes([IDLE]))[-1:], *after.lstrip(bytes([IDLE]))[:1]):
        return False
    words = paste.lines[number][:_MOST_READ].split()
    return linux or any(family_of(word.strip("()[],;").partition("/")[0]) for word in words)


def _cite_bound_rules(inquiry: Inquiry, client_used: str | None) -> None:
    """Cite the rules that count for a socket that is bound to the address, and not for an unbound one."""
    for each in inquiry.host.rules:
        if client_used and each.rule.source and offline_linux.within(client_used, each.rule.source):
            inquiry.cite(each.line, f"rule: only for the source {each.rule.source}, so not for an unbound socket")


def _answered(inquiry: Inquiry, result: Prediction) -> Prediction | None:
    """Return what the host itself said about the destination, if it was pasted."""
    for answer in inquiry.host.answers:
        if answer.destination == inquiry.destination and answer.asked == result.asked:
            inquiry.cite(answer.line, "the host's own answer")
            return result._replace(
                next_hop=answer.gateway,
                interface=answer.interface or None,
                source=answer.source,
                candidates=(answer.source,) if answer.source else (),
                level=CERTAIN if answer.source else UNKNOWN,
                why="the host itself says so",
            )
    return None


def _differs(result: Prediction) -> bool | None:
    used = result.client_used
    if used is None or result.outcome:
        return None
    if result.source is not None:
        return result.source != used
    return (
        True
        if result.candidates
        and used not in result.candidates
        and result.level == UNKNOWN
        and (len(result.candidates) > 0)
        else None
    )


def with_route(prefixes: Prefixes, destination: str, gateway: str, interface: str = "") -> Row:
    """Return a host route through a gateway, as `-with` adds it. Raises Failure if the gateway is not on a link."""
    family = INET6 if ":" in destination else INET
    if not interface:
        holding = [each for each in known(prefixes, family) if holds(each.own, gateway)]
        best = max(holding, key=lambda each: each.own.length or 0, default=None)
        if best is None:
            raise Failure(
                f"{gateway} is in no network that is shown: name the interface, 'via {gateway} dev INTERFACE'"
            )
        interface = best.interface
    flags = "" if prefixes.host.system == "linux" else "UGHS"
    way = Way(family, gateway, gateway, interface, flags=flags, metric=0)
    return Row(0, number_of(destination), BITS[family], WRITTEN, way)
