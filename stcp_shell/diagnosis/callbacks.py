"""What the connections of a client (A) and those back to it (B) mean: the verdict of a watch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Optional

from ..model.connection import Destination, Endpoint
from ..model.diagnosis import Cause, Verdict
from ..model.route_get import RouteFound
from . import callback_remedies
from .belonging import Call, Seen
from .belonging import calls as calls_of
from .causes import explain


class CallbackKind(NamedTuple):
    """A kind of verdict of a watch."""

    name: str
    meaning: str  # for `help`
    severity: str


CALLBACKS = (
    CallbackKind("callback-other-source", "A new connection left from another address than the client uses.", "bad"),
    CallbackKind("ambiguous", "There are new connections, and no single address that the client uses.", "warn"),
    CallbackKind("callback-failed", "The new connections left from the client's address, and did not connect.", "bad"),
    CallbackKind("callback-same-source", "All new connections left from the address that the client uses.", "good"),
    CallbackKind("no-callback", "No new connection to the client was seen.", "warn"),
)
_KINDS = {kind.name: kind for kind in CALLBACKS}


class Balance(NamedTuple):
    """What the watch could see. `opened`: what this host opened meanwhile (Tcp.ActiveOpens); None: not known."""

    seconds: float
    opened: Optional[int]
    lost: int  # how often the kernel reported that events were lost
    left_out: int  # connections beyond the limit
    missed: str  # what cannot be seen here


def judge(name: str, seen: Sequence[Seen], routes: dict[str, RouteFound], balance: Balance) -> Verdict:
    """Return the verdict on what a watch of the peers `name` has seen. `routes`: by the peer's address."""
    calls = calls_of(seen)
    kind, about, summary = _pattern(name, calls, balance)
    first = about[0] if about else None
    to = first.record.destination if first else Endpoint("", 0)
    causes = tuple(dict.fromkeys(_cause(each, routes) for each in about if each.same is False))[:4]
    return Verdict(
        kind=kind,
        severity=_KINDS[kind].severity,
        certainty=_certainty(about, balance),
        destination=Destination(name, to.address or None, to.port),
        summary=summary,
        sources=(),
        blames=(),
        causes=causes,
        evidence=tuple(_evidence(seen, calls, about, routes, balance)),
        remedies=tuple(callback_remedies.lines(kind, about, routes)),
        seconds=balance.seconds,
    )


def _used(calls: Sequence[Call]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for each in calls for address in each.used))


def _pattern(name: str, calls: list[Call], balance: Balance) -> tuple[str, list[Call], str]:
    """Return the kind of verdict, the connections that it is about, and the summary."""
    if not calls:
        return "no-callback", [], f"no connection from this host to {name} was seen in {balance.seconds:.1f} s"
    if other := [each for each in calls if each.same is False]:
        left = " and ".join(dict.fromkeys(each.record.source.address for each in other))
        text = f"new connections left from {left}, but the client uses {' and '.join(_used(other))}"
        return "callback-other-source", other, f"{text}: {_ends(other)}"
    if unknown := [each for each in calls if each.same is None]:
        if all(each.record.guessed for each in unknown):
            why = "it is not known which side opened them"
        elif not _used(unknown):
            why = f"no connection of {name} to this host was seen, to compare with"
        else:
            why = f"the client uses several addresses of this host: {', '.join(_used(unknown))}"
        left = " and ".join(dict.fromkeys(each.record.source.address for each in unknown))
        return "ambiguous", unknown, f"new connections left from {left}, and {why}: {_ends(unknown)}"
    source = " and ".join(_used(calls))
    failed = [each for each in calls if each.record.failed or each.record.state == "syn-sent"]
    if failed:
        text = f"new connections left from {source}, which the client uses, too, and did not connect: {_ends(failed)}"
        return "callback-failed", failed, text
    return (
        "callback-same-source",
        calls,
        f"new connections left from {source}, which the client uses, too: {_ends(calls)}",
    )


def _ends(calls: Sequence[Call]) -> str:
    """Return how they ended, with their numbers."""
    return ", ".join(f"{count} {words}" for words, count in Counter(map(_end, calls)).items())


def _end(each: Call) -> str:
    record = each.record
    if record.ended is None:
        return "waiting for an answer" if record.state == "syn-sent" else "connected"
    return ENDED[record.ended]


ENDED = {
    "refused": "refused by a RST",
    "no-answer": "without an answer",
    "rejected-or-given-up": "rejected by an ICMP error, or given up at once",
    "failed": "did not connect (the kernel has wiped why)",
    "closed-here": "connected",
    "closed-by-peer": "connected",
    "closed": "connected",
    "reset": "connected, and reset",
    "gone": "not there any more",
}


def _certainty(about: Sequence[Call], balance: Balance) -> str:
    """A source that is inferred, a role that is guessed, or the connection of another program proves nothing."""
    if not about or balance.left_out or balance.lost or any(each.same is None or each.strangers for each in about):
        return "possible"
    return "likely" if all(each.record.inferred or each.record.guessed for each in about) else "proven"


def _cause(each: Call, routes: dict[str, RouteFound]) -> Cause:
    route = routes.get(each.record.destination.address)
    source = each.record.source.address
    if route is not None and route.source == source:
        return explain("unbound-connect", "likely", f"{source} is what the kernel chooses for an unbound connect")
    chosen = f", and the kernel would choose {route.source}" if route and route.source else ""
    return explain("bound-elsewhere", "likely", f"it left from {source}{chosen}")


def _evidence(
    seen: Sequence[Seen], calls: Sequence[Call], about: Sequence[Call], routes: dict[str, RouteFound], balance: Balance
) -> Iterator[str]:
    opened = [each.record for each in seen if each.record.role == "A"]
    for own, count in Counter((record.own.address, record.own.port) for record in opened).items():
        times = f", {count} times" if count > 1 else ""
        yield f"A: the client connected to {Endpoint(*own)}{times}"
    groups = Counter((each.record.source.address, str(each.record.owner), _end(each)) for each in calls)
    for (source, owner, end), count in groups.items():
        program = f" by {owner}" if owner != "unknown" else ""
        yield f"B: {count} from {source}{program}: {end}"
    if any(each.record.inferred for each in calls):
        yield "the source of some was inferred: a blocking, unbound connect(2) that fails is wiped by the kernel"
    if any(each.record.guessed for each in calls):
        yield "of some it is not known which side opened them: they were not seen open, nor is a listener known"
    for address in dict.fromkeys(each.record.destination.address for each in about):
        if address in routes:
            yield f"the kernel's choice for {address}: {routes[address].source or 'none'}: {routes[address].why}"
    if calls:
        yield "that they belong together is concluded from the peer and the time"
    for owner, strangers in dict.fromkeys((str(each.record.owner), each.strangers) for each in about):
        if strangers:
            yield (
                f"A belongs to {' and '.join(strangers)}, B to {owner}: they may have nothing to do with each other; "
                "-port of the service leaves other A's out"
            )
    yield from _missed(calls, balance)


def _missed(calls: Sequence[Call], balance: Balance) -> Iterator[str]:
    if balance.missed:
        yield balance.missed
    if balance.lost:
        times = "once" if balance.lost == 1 else f"{balance.lost} times"
        yield f"the kernel reported {times} that events were lost: connections may be missing"
    if balance.left_out:
        yield f"{balance.left_out} more connections were left out: watch fewer peers"
    if balance.opened is None:
        return
    own = sum(each.record.since is not None and not each.record.guessed for each in calls)
    if balance.opened <= own:
        yield f"nothing was missed: {own} seen since the start, and this host opened no more (Tcp.ActiveOpens)"
    else:
        opened = f"{balance.opened} connection{'s' * (balance.opened > 1)}"
        missed = ", or were missed" if balance.lost or balance.missed or balance.left_out else ""
        yield (
            f"this host opened {opened} (Tcp.ActiveOpens), {own} of them to the peer: the others went elsewhere{missed}"
        )
