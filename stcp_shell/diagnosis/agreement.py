"""The rules for what is true of all sources: refused, rejected, unreachable, or no answer at all."""

from __future__ import annotations

from collections.abc import Sequence

from ..model.attempt import Control
from ..model.diagnosis import Cause, Excluded, Observation, named
from .case import HOST_UNREACHABLE, Case
from .causes import explain
from .rules import Conclusion, farther


def no_listener(case: Case) -> Conclusion | None:
    """Every source gets a RST; nothing shows that it comes from before the destination."""
    if not case.observations or not all(seen.outcome == "refused" and seen.rst for seen in case.observations):
        return None
    if any(case.nearer(seen) or (seen.answerer and seen.answerer.nearer) for seen in case.observations):
        return None
    target = case.destination
    as_far = [seen for seen in case.observations if seen.answerer and seen.answerer.nearer is False]
    because = f"every connect was refused by a RST ({len(case.trials)} of {len(case.trials)})"
    if as_far or case.here:
        because += "" if case.here else ", which arrives with the TTL of the host's own ICMP errors"
        causes: tuple[Cause, ...] = (explain("no-listener", "likely", because),)
    else:
        causes = (
            explain("no-listener", "likely", because),
            explain("filter", "possible", "a filter that sends RSTs looks the same"),
        )
    summary = f"{target.address} refuses every source address: nothing listens on port {target.port}"
    return Conclusion(summary, "likely", causes, fails=tuple(case.observations))


def unreachable(case: Case) -> Conclusion | None:
    """Reported by routers; sources without an answer met a rate limit."""
    seen = [s for s in case.observations if s.outcome == "unreachable"]
    if not seen or not all(s in seen or s.silent for s in case.observations):
        return None
    causes = signers(case, seen)
    boxes = " and ".join(cause.box or "" for cause in causes if cause.box) or "a router"
    target = case.destination.address
    if all(s.expired for s in seen):
        return Conclusion(
            f"the TTL of the SYNs runs out at {boxes}: a routing loop", "likely", causes, fails=tuple(seen)
        )
    if any(s.icmp and s.icmp.sender == target for s in seen):
        text = (
            f"{target} seems to report that it cannot be reached itself: a device on the way, or this host's own "
            "rules, translates the address, and not to a host that is up"
        )
        return Conclusion(text, "likely", causes, fails=tuple(seen))
    host = all(s.icmp and (s.icmp.type, s.icmp.code) in HOST_UNREACHABLE for s in seen)
    what = f"cannot reach {target}" + (": it is down, or not on that link" if host else "")
    filters = explain("filter", "possible", "a filter can send this ICMP error, too")
    summary = f"{boxes} reports that it {what}; or it filters and says so"
    return Conclusion(summary, "likely", (*causes, filters), fails=tuple(seen))


def filtered(case: Case) -> Conclusion | None:
    """Devices reject every source; or the port gets no answer, and the host is alive; or a RST comes from nearer."""
    seen = case.observations
    refused = bool(seen) and all(s.outcome == "refused" and s.rst for s in seen)
    if refused and (near := [s for s in seen if case.nearer(s)]):
        because = f"a SYN with TTL {near[0].answered_at} got a RST, and {farther(case, near[0])}"
        cause = explain("filter", "likely", because, where="next-hop")
        summary = f"the next hop or this host itself refuses {_all_or(near, seen)}: no SYN reaches the destination"
        return Conclusion(summary, "likely", (cause,), fails=tuple(near))
    if refused and (near := [s for s in seen if s.answerer and s.answerer.nearer]):
        because = "the RST arrives with a larger TTL than the host's own ICMP errors: from nearer"
        cause = explain("filter", "likely", because)
        others = [s for s in seen if s not in near]
        also = f"; the RST for {named(others)} shows no sign of that" if others else ""
        summary = f"a device nearer than the host refuses {_all_or(near, seen)}{also}"
        return Conclusion(summary, "likely", (cause,), fails=tuple(near))
    if not seen or not all(s.silent or (case.signed(s) and s.outcome in ("prohibited", "refused")) for s in seen):
        return None
    if causes := signers(case, seen):
        boxes = " and ".join(cause.box or "" for cause in causes)
        quiet = [s for s in seen if s.silent]
        rest = f"; {named(quiet)} gets no answer" if quiet else ""
        does = "rejects" if len(causes) == 1 else "reject"
        rejected = [s for s in seen if not s.silent]
        who = "every source address" if len(seen) > 1 and not quiet else named(rejected)
        return Conclusion(f"{boxes} {does} {who}{rest}", "proven", causes, fails=tuple(seen))
    if (alive := case.alive) and not case.port_answers:
        because = f"the host is alive ({_alive(alive)}), and its port {case.destination.port} gives no answer"
        filters = explain("filter", "possible", because)
        limit = explain("rate-limit", "possible", because)
        queue = explain("accept-queue-full", "possible", because)
        target = case.destination
        summary = f"{target.address} is alive, and no source address gets an answer from its port {target.port}"
        return Conclusion(summary, "likely", (filters, limit, queue), (Excluded("host-down", because),), tuple(seen))
    return None


def _all_or(some: Sequence[Observation], every: Sequence[Observation]) -> str:
    return "every source address" if len(some) == len(every) > 1 else named(some)


def _alive(control: Control) -> str:
    if control.method == "udp":
        return f"it sent port unreachable for a datagram to port {control.port}"
    return f"it answered a connect to port {control.port}" if control.method == "tcp" else "it answers a ping"


def silent(case: Case) -> Conclusion | None:
    """No answer from the port, and none from the host."""
    seen = case.observations
    if not seen or not all(s.silent for s in seen) or case.alive or case.port_answers:
        return None
    because = "neither the port nor the host itself gave an answer"
    causes = [
        explain("filter", "possible", because),
        explain("host-down", "possible", because),
        explain("no-return-route", "possible", because),
    ]
    redirected = next((s for s in seen if s.route and s.route.redirected), None)
    if redirected and redirected.route:
        said = f"this host follows an ICMP redirect to {redirected.route.gateway} that it has learned"
        causes.insert(0, explain("learned-redirect", "likely", said))
    summary = "no sign of the host: no source address gets an answer, neither from the port nor otherwise"
    if len({s.address for s in seen}) == 1:
        summary = f"no sign of the host: {named(seen)} gets no answer, neither from the port nor otherwise"
    return Conclusion(summary, "possible", tuple(causes), (), tuple(seen))


def signers(case: Case, fails: Sequence[Observation]) -> tuple[Cause, ...]:
    """Return a cause for each device that sent an ICMP error that rejects."""
    found: dict[str, list[Observation]] = {}
    for seen in fails:
        if seen.icmp and case.signed(seen):
            found.setdefault(seen.icmp.sender, []).append(seen)
    return tuple(_signed(case, box, rejected) for box, rejected in found.items())


def _signed(case: Case, box: str, rejected: Sequence[Observation]) -> Cause:
    icmp = rejected[0].icmp
    assert icmp is not None
    name, where = _rejection(case, rejected[0])
    because = f"it sent ICMP {icmp.type}/{icmp.code} {icmp.meaning} for {named(rejected)}"
    if name == "address-translation":  # its sender was translated, too: which device it was is not known
        because = f"{box} cannot have sent ICMP {icmp.type}/{icmp.code} {icmp.meaning} about itself"
        return explain(name, "proven", because)
    return explain(name, "proven", because, box, where)


def _rejection(case: Case, seen: Observation) -> tuple[str, str]:
    """Return what an ICMP error says of its sender: a filter, a missing route, a loop; and where that is."""
    assert seen.icmp is not None
    here = seen.icmp.sender == case.destination.address
    if seen.expired:
        return "routing-loop", "network"
    if seen.outcome == "unreachable":
        return ("address-translation", "network") if here else ("no-way-there", "network")
    return "filter", "destination" if here else "network"
