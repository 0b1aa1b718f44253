"""The rules that compare the sources: what decides between them, and what is true of all of them."""

from __future__ import annotations

from collections.abc import Sequence

from ..model.diagnosis import Cause, Excluded, Observation, named
from .agreement import signers
from .case import Case, ways
from .causes import explain
from .patterns import odds
from .rules import Conclusion, alike
from .statistics import CERTAIN, MOMENTS

_UNDECIDED = ("inconsistent", "cancelled", "address-unavailable")  # the last: the address went away meanwhile


def _parted(case: Case) -> tuple[list[Observation], list[Observation], str] | None:
    """Return the sources that reach the destination, those that do not, and how the former do, in words.

    A RST that comes from as far away as the host's own answers shows that its source reaches the destination.
    """
    works, how = case.passing, "connects"
    if not case.failing and not alike(case):
        works, how = _served(case), "is served"
    elif not works:
        works = [s for s in case.observations if s.rst and s.answerer and not s.answerer.nearer]
        how = "gets a RST from the host"
    fails = [seen for seen in case.observations if seen not in works]
    if not works or not fails or any(seen.outcome in _UNDECIDED for seen in fails):
        return None
    if not case.passing and not all(s.silent or s.outcome == "prohibited" for s in fails):
        return None
    return works, fails, how


def _served(case: Case) -> list[Observation]:
    """Return the sources whose connections the service keeps, or at least closes in order."""
    rank = {"connected": 0, "closed": 1, "reset": 2}
    best = min(rank.get(seen.outcome, 3) for seen in case.passing)
    return [seen for seen in case.passing if rank.get(seen.outcome, 3) == best]


def _proven(case: Case, works: Sequence[Observation], fails: Sequence[Observation]) -> float:
    """Return the probability that chance made the difference; 0 if devices have identified themselves."""
    if all(case.signed(seen) or not seen.left_host for seen in fails):
        return 0.0
    ended = {seen.outcome for seen in works}
    if "connected" in ended and len(ended | {s.outcome for s in fails if s.accepted}) > 1:
        return case.chance(works, fails, lambda attempt: attempt.outcome == "connected")
    if all(seen.accepted for seen in works):
        return case.chance(works, fails, lambda attempt: attempt.accepted)
    return case.chance(works, fails, lambda attempt: attempt.answered)


def path_dependent(case: Case) -> Conclusion | None:
    """The sources that work and those that do not leave by different next hops."""
    found = _parted(case)
    if found is None:
        return None
    works, fails, how = found
    fails = [seen for seen in fails if seen.left_host]
    if not fails or not ways(works) or not ways(fails) or ways(works) & ways(fails):
        return None
    if (chance := _proven(case, works, fails)) >= CERTAIN:
        return None
    if _by_other_way(case, works):
        return None  # what works does so by the other way, too: the source address decides
    by = f"by {_next_hop(works[0])} {how}, and by {_next_hop(fails[0])} it does not"
    names = f"{named(works)} {by} ({named(fails)})"
    moved = _by_other_way(case, fails)
    causes = _path_causes(case, fails, "likely" if moved else "possible")
    if moved:
        because = f"{named(fails)} gets answers by {_next_hop(works[0])}, and none by {_next_hop(fails[0])}"
        excluded = (Excluded("access-list", because), _chance(chance))
        return Conclusion(f"the path decides: {names}", moved, causes, excluded, tuple(fails))
    open_question = "whether the path or the source address decides cannot be told from here: they change together"
    return Conclusion(f"{names}: {open_question}", "possible", causes, (_chance(chance),), tuple(fails))


def _by_other_way(case: Case, seen: Sequence[Observation]) -> str:
    """Return whether these sources get answers by the others' next hop: proven, likely, or an empty text.

    The answers may come back by another interface than the SYN left by, and are then reset: a RST for each is a sign.
    """
    wanted = {each.address for each in seen}
    tried = [a for a in case.attempts if a.experiment == "other-way" and a.source and a.source.address in wanted]
    if any(each.accepted for each in tried):
        return "proven"
    return "likely" if sum(bool(each.resets) for each in tried) == len(tried) == MOMENTS else ""


def _next_hop(seen: Observation) -> str:
    route = seen.route
    if route is None or not route.interface:
        return "a way that is not known"
    return f"the next hop {route.gateway}" if route.gateway else f"the link {route.interface}"


def _path_causes(case: Case, fails: Sequence[Observation], certainty: str) -> tuple[Cause, ...]:
    signed = signers(case, fails)
    because = f"connects by {_next_hop(fails[0])} fail"
    path = explain("path", certainty, because)
    source = explain("access-list", "possible", f"{because}, but they have other source addresses, too")
    return (*signed, path, *(() if certainty == "likely" else (source,)))


def source_dependent(case: Case) -> Conclusion | None:
    """Some sources reach the destination and some do not, among the latter the kernel's choice."""
    found = _parted(case)
    if found is None or case.default in found[0]:
        return None
    works, fails, how = found
    text = f"the source address decides: {named(works)} {_does(how, works)}, {named(fails)} {_does_not(how, fails)}"
    return _by_source(case, works, fails, text)


def bound_source_fails(case: Case) -> Conclusion | None:
    """The kernel's choice reaches the destination, and a source that was bound does not."""
    found = _parted(case)
    if found is None or case.default not in found[0]:
        return None
    works, fails, how = found
    text = f"the default source address {how}, {named(fails)} {_does_not(how, fails)}"
    return _by_source(case, works, fails, text)


# What sources do, by what one source does: several do it; one does not, several do not.
_VERBS = {
    "connects": ("connect", "does not", "do not"),
    "is served": ("are served", "is not", "are not"),
    "gets a RST from the host": ("get a RST from the host", "does not", "do not"),
}


def _does(how: str, sources: Sequence[Observation]) -> str:
    return how if len(sources) == 1 else _VERBS[how][0]


def _does_not(how: str, sources: Sequence[Observation]) -> str:
    return _VERBS[how][1] if len(sources) == 1 else _VERBS[how][2]


def _by_source(
    case: Case, works: Sequence[Observation], fails: Sequence[Observation], summary: str
) -> Conclusion | None:
    if (chance := _proven(case, works, fails)) >= CERTAIN:
        return None
    signed = signers(case, fails)
    if all(seen.accepted for seen in fails):
        ended = {"closed": "closes", "reset": "resets"}.get(fails[0].outcome, "treats differently")
        because = f"connections from {named(fails)} are accepted, and then {fails[0].outcome}"
        causes: tuple[Cause, ...] = (explain("service-access-list", "likely", f"{because}: it {ended} them"),)
    elif signed:
        causes = signed
    else:
        causes = (*_own_arp(case, works, fails), *_silent_causes(case, fails))
    excluded = [_chance(chance)] if chance else []
    alive = f"{named(works)} reaches it"
    excluded += [Excluded("host-down", alive)]
    certainty = "proven"
    if ways(works) & ways(fails):
        excluded.append(Excluded("path", f"all leave by {_next_hop(fails[0])}"))
    elif moved := _by_other_way(case, works):
        certainty = moved
        excluded.append(Excluded("path", f"{named(works)} gets answers by {_next_hop(fails[0])}, too"))
    return Conclusion(summary, certainty, causes, tuple(excluded), tuple(fails))


def _chance(chance: float) -> Excluded:
    if not chance:
        return Excluded("packet-loss", "ICMP errors or this host's own evidence ended the connects that failed")
    return Excluded("packet-loss", f"chance would make this difference {odds(chance)}")


def _own_arp(case: Case, works: Sequence[Observation], fails: Sequence[Observation]) -> tuple[Cause, ...]:
    """Two interfaces in one subnet, and settings by which this host answers no ARP request for the second address.

    arp_ignore and arp_filter (ip-sysctl); a strict rp_filter ignores requests whose sender is routed elsewhere.
    """
    if case.six:
        return ()
    causes = []
    for seen in fails:
        mine, out = seen.interface or "", (seen.route and seen.route.interface) or ""
        gateway = seen.route.gateway if seen.route else None
        if (
            not gateway
            or mine == out
            or not case.host.on_subnet(mine, gateway)
            or not case.host.on_subnet(out, gateway)
        ):
            continue
        settings = case.host.arp.get(mine, {})
        reasons = [f"{name} is {settings[name]}" for name in ("arp_ignore", "arp_filter") if settings.get(name)]
        reasons += ["rp_filter is strict"] if mine in case.host.strict else []
        if reasons:
            because = (
                f"{mine} and {out} are in one subnet, and on {mine} {' and '.join(reasons)}: this host may give no ARP "
                f"reply for {seen.address}"
            )
            causes.append(explain("own-arp", "likely", because))
    return tuple(causes[:1])


def _silent_causes(case: Case, fails: Sequence[Observation]) -> tuple[Cause, ...]:
    """Return what a timeout or a RST of some sources leaves open."""
    because = f"{named(fails)} gets {'no answer' if fails[0].silent else 'a RST'}, which identifies no device"
    return (
        explain("access-list", "possible", because),
        explain("urpf", "possible", because),
        explain("no-return-route", "possible", because),
        explain("address-translation", "possible", because),
    )
