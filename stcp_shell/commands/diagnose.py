"""`diagnose`: the multi-homed test, automated and made reliable."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..language.declaration import Option, command
from ..language.kinds import ADDRESSES, FLAG, HOST, PATH, PORTS, SECONDS, TARGET, Kind, at_least, choices, whole
from ..language.kinds import port as port_kind
from ..model.connection import Endpoint, family_of
from ..net import resolver
from .log import check_new, known_suffix, save_ticket
from .session import Session, Waiting

if TYPE_CHECKING:
    from ..diagnosis.case import Case
    from ..diagnosis.examine import Examination
    from ..diagnosis.request import Target
    from ..diagnosis.surroundings import Surroundings
    from ..model.diagnosis import Diagnosed

DEFAULT_TIMEOUT = 5.0
LEAST_TIMEOUT = 1.2  # before the first retransmission TCP_INFO shows a SYN dropped here and one lost elsewhere alike
MOST_ATTEMPTS = 8
_MTU_TIMEOUT = 20.0  # the least time for the path MTU: hosts limit their answers to one a second
_TIMEOUT = SECONDS._replace(convert=at_least(LEAST_TIMEOUT))
_ATTEMPTS = Kind("NUMBER", whole(1, 20))


def _control(text: str) -> int | str:
    return "none" if text == "none" else port_kind(text)


@command(
    "diagnose",
    Option("name", HOST, "the host: an address or a name", required=True, bare=True),
    Option("port", TARGET, "the port: a number or a service name", required=True, bare=True),
    Option("from", ADDRESSES, "only these source addresses and the default one"),
    Option("timeout", _TIMEOUT, "seconds that one attempt waits (5; at least 1.2)"),
    Option("ports", PORTS, "test these ports too"),
    Option("quick", FLAG, "check neither the handshake nor the host besides the port"),
    Option("attempts", _ATTEMPTS, "the most connects from one source address (8)"),
    Option("control", Kind("PORT", _control), "a port of the host that is likely closed (1), or none"),
    Option("banner", FLAG, "wait for the first bytes of the service"),
    Option("tls", FLAG, "make a TLS handshake from each source that connects: who answers, with which certificate"),
    Option("mtu", FLAG, "measure the path MTU from each source, too (see mtu)"),
    Option("for", choices("linux", "bsd", "openvos", "windows"), "also print the remedies for these systems"),
    Option("save", PATH, "also write the ticket of this session; the suffix is its format: html, md, txt, csv, svg"),
    Option("force", FLAG, "with -save: overwrite an existing file"),
    needs=[("force", "save")],
    examples=[
        "diagnose 10.1.1.1 2121",
        "diagnose client:ftp -save proof.html",
        "diagnose -name 10.1.1.1 -port 2121",
        "diagnose -name 10.1.1.1 -port ftp -from 172.16.1.50 -timeout 3",
        "diagnose -name 10.1.1.1 -port 2121 -quick",
    ],
    parsing=known_suffix,
)
def diagnose(
    session: Session,
    name: str,
    port: int | str,
    from_: tuple[str, ...] = (),
    timeout: float = DEFAULT_TIMEOUT,
    ports: tuple[int | str, ...] = (),
    quick: bool = False,
    attempts: int = MOST_ATTEMPTS,
    control: int | str | None = None,
    banner: bool = False,
    tls: bool = False,
    mtu: bool = False,
    for_: tuple[str, ...] = (),
    save: str | None = None,
    force: bool = False,
) -> Diagnosed:
    """Find out whether the source address decides, which device rejects, and what would fix it.

    Connects from the default source address and from every other local one (bind(2) only), all at once, and again
    only as often as the results leave a question open. A connection that is accepted is held for 1.2 s, or until a
    byte arrives, to see whether the handshake is finished. Datagrams to closed ports, and one connect to a port that
    is likely closed, show whether the host is alive. At most 20 SYNs are sent for each source address. All addresses
    of a name are tried. Shows the outcome for each source, then a verdict with its causes, evidence and remedies. It
    needs no socket and no root. Ctrl-C ends it and shows the results so far.
    """
    from ..diagnosis import findings
    from ..diagnosis.examine import Examination
    from ..diagnosis.follow_up import follow_up
    from ..diagnosis.request import CONTROL_PORT, Request
    from ..diagnosis.surroundings import Surroundings
    from ..diagnosis.verdict import judge
    from ..model.diagnosis import Diagnosed
    from ..net.probes.hold import SECONDS as HELD

    numbers = list(dict.fromkeys(resolver.target_port(p) for p in (port, *ports)))
    if save:
        check_new(session, save, force)
        session.then = partial(save_ticket, session, save, force)
    closed = 0 if control == "none" else resolver.target_port(control or CONTROL_PORT)
    around = Surroundings()
    targets, left_out, untried = _targets(name, numbers, from_, timeout, around)
    session.remember(name)
    for target in targets:
        session.resolve_route(target.endpoint, None)
    session.log_snapshot()
    hold = timeout if banner else HELD
    request = Request(timeout, hold, quick and not banner, attempts, closed, banner, tls)
    found = Examination(name, targets, request, session.resolve_route, around, session.environment.clock())
    if session.progress:
        found.sweep.progress = lambda: _show(session, found)
    found.run()
    follow_up(found)
    cases = findings.cases(found)
    if mtu and not found.sweep.cancelled:
        cases = _with_mtus(session, cases, timeout)
    session.last_verdicts = [judge(case, for_) for case in cases]
    return Diagnosed(tuple(session.last_verdicts), found.sweep.cancelled, left_out, tuple(untried))


def _targets(
    name: str, numbers: list[int], wanted: tuple[str, ...], timeout: float, around: Surroundings
) -> tuple[list[Target], int, list[str]]:
    """Return the ports of every address of the name, the number of sources left out, and addresses not tried."""
    from ..diagnosis.request import Target
    from ..net.probes.source_addresses import check_target, eligible

    addresses = resolver.every_address(name, timeout)
    targets, untried, left_out = [], [], 0
    for address in addresses:
        families = {family_of(each) for each in wanted}
        if len(addresses) > 1 and families and family_of(address) not in families:
            untried.append(f"{address}: of another address family than -from")
            continue
        check_target(address)
        sources, more = eligible(address, wanted)
        left_out += more
        if not sources and len(addresses) > 1:
            untried.append(f"{address}: this host has no source address of its family")
            continue
        context = [] if wanted else around.bystanders(sources, address)
        outside = {each.address for each in context}
        meant = [source for source in sources if source not in outside]
        targets += [Target(Endpoint(address, number), meant, context) for number in numbers]
    return targets, left_out, untried


def _with_mtus(session: Session, cases: list[Case], timeout: float) -> list[Case]:
    """Return the cases with the path MTU of each source, which is measured once for each address."""
    from .mtu import measure

    pairs = [(case.destination.address, seen.address) for case in cases for seen in case.observations if seen.address]
    measured, _ = measure(session, list(dict.fromkeys(pairs)), max(timeout, _MTU_TIMEOUT))

    def with_mtu(case: Case) -> Case:
        to = case.destination.address
        seen = (each._replace(mtu=measured.get((to, each.address or ""))) for each in case.observations)
        return case._replace(observations=tuple(seen))

    return [with_mtu(case) for case in cases]


def _show(session: Session, found: Examination) -> None:
    if session.progress:
        elapsed = found.sweep.elapsed()
        limit = found.request.timeout * 1.25
        what = f"diagnose {found.name} (limit {found.most_syns})"
        session.progress(Waiting(what, elapsed, max(0.0, limit - elapsed), found.syns))
