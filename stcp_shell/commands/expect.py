"""Scripts that assert: expectations of the last connection or diagnosis, pauses, and printed text."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from ..errors import Failure
from ..language.declaration import Argument, Option, command
from ..language.kinds import ADDRESS, FLAG, SECONDS, TEXT, Kind, choice
from ..model.checks import Expectation
from ..model.connection import OUTCOMES, Connection
from ..model.results import Text
from ..report.text.connection import details, headline
from ..report.text.words import duration
from .session import TICK, Session, Waiting

if TYPE_CHECKING:
    from ..model.prediction import Prediction


def verdicts() -> tuple[str, ...]:
    """Return the kinds of verdict."""
    from ..diagnosis.verdict import VERDICTS  # late: most scripts expect none

    return VERDICTS


def causes() -> tuple[str, ...]:
    """Return the causes that a verdict can name."""
    from ..diagnosis.causes import CAUSES

    return tuple(CAUSES)


def _cause(text: str) -> str:
    name: str = choice(*causes()).convert(text)
    return name


def _verdict(text: str) -> str:
    kind: str = choice(*verdicts()).convert(text)
    return kind


@command(
    "expect",
    Argument("outcome", choice(*OUTCOMES), "the expected outcome of the last connection"),
    Option("source", ADDRESS, "the expected source address"),
    Option("from", ADDRESS, "the expected sender of the ICMP error"),
    Option("within", SECONDS, "the longest time that it may have taken"),
    examples=[
        "expect connected",
        "expect timeout -source 192.168.77.50",
        "expect prohibited -from 192.168.77.1 -within 2",
    ],
)
def expect(
    session: Session, outcome: str, source: str | None = None, from_: str | None = None, within: float | None = None
) -> Expectation:
    """Check how the last connection ended.

    A miss shows its place, what was expected and what was seen. The script goes on; its exit status is 1 at the end.
    """
    found = session.last_connection
    if found is None:
        raise Failure("there is no connection yet: use connect first")
    wanted, met = [f"{outcome} to {found.destination}"], found.outcome == outcome
    address = found.source.address if found.source else None
    seen = [f"{found.outcome} after {duration(found.elapsed)}", f"from {address or 'no address'}"]
    if source is not None:
        wanted.append(f"from {source}")
        met &= address == source
    if from_ is not None:
        wanted.append(f"ICMP error from {from_}")
        seen.append(f"ICMP error from {found.icmp.sender}" if found.icmp else "no ICMP error")
        met &= bool(found.icmp and found.icmp.sender == from_)
    if within is not None:
        wanted.append(f"within {duration(within)}")
        met &= found.elapsed <= within
    flow = f"{address or 'no address'} -> {found.destination}"
    return Expectation(met, ", ".join(wanted), ", ".join(seen), tuple(_evidence(found)), flow=flow)


@command(
    "expect verdict",
    Argument("kind", Kind("KIND", _verdict, "verdict"), "the expected kind of verdict"),
    examples=["expect verdict source-dependent"],
)
def expect_verdict(session: Session, kind: str) -> Expectation:
    """Check the verdict of the last diagnose; if it had several ports, each must have that verdict."""
    if not session.last_verdicts:
        raise Failure("there is no diagnosis yet: use diagnose first")
    seen = list(dict.fromkeys(verdict.kind for verdict in session.last_verdicts))
    evidence = [line for verdict in session.last_verdicts for line in (verdict.summary, *verdict.evidence)]
    wanted = f"verdict {kind} to {', '.join(str(verdict.destination) for verdict in session.last_verdicts)}"
    return Expectation(seen == [kind], wanted, f"verdict {' and '.join(seen)}", tuple(evidence), flow=_flows(session))


@command(
    "expect cause",
    Argument("cause", Kind("CAUSE", _cause, "cause"), "the cause that the verdict must name"),
    examples=["expect cause access-list"],
)
def expect_cause(session: Session, cause: str) -> Expectation:
    """Check that the last diagnose names a cause; if it had several verdicts, each must name it.

    It is met by a cause that is proven, likely or possible: use expect verdict for what was seen.
    """
    if not session.last_verdicts:
        raise Failure("there is no diagnosis yet: use diagnose first")
    named = [{each.cause: each for each in verdict.causes} for verdict in session.last_verdicts]
    seen = dict.fromkeys(f"{each.cause} ({each.certainty})" for causes in named for each in causes.values())
    evidence = [line for verdict in session.last_verdicts for line in (verdict.summary, *verdict.evidence)]
    met = all(cause in causes for causes in named)
    shown = f"causes {', '.join(seen) or 'none'}"
    wanted = f"cause {cause} to {', '.join(str(verdict.destination) for verdict in session.last_verdicts)}"
    return Expectation(met, wanted, shown, tuple(evidence), flow=_flows(session))


def _flows(session: Session) -> str:
    """Return what the last diagnose has tried: the source addresses, and the destination."""
    flows = []
    for verdict in session.last_verdicts:
        sources = dict.fromkeys(each.source.address for each in verdict.attempts if each.source)
        flows.append(f"{', '.join(sources) or 'no address'} -> {verdict.destination}")
    return "; ".join(flows)


@command(
    "expect callback",
    Option("source", ADDRESS, "the address that every new connection must have left from"),
    Option("same-source", FLAG, "every new connection must have left from the address that the client uses"),
    examples=["expect callback -source 172.16.1.50", "expect callback -same-source"],
)
def expect_callback(session: Session, source: str | None = None, same_source: bool = False) -> Expectation:
    """Check that the last watch saw a new connection to the client, and where all of them left from."""
    watched = session.last_watch
    if watched is None:
        raise Failure("there is no watch yet: use watch first")
    called = [each for each in watched.connections if each.role == "B" and not each.guessed]
    wanted, met = ["a callback"], bool(called)
    if source is not None:
        wanted.append(f"from {source}")
        met &= all(each.source.address == source for each in called)
    if same_source:
        wanted.append("from the client's address" if source is None else "which the client uses, too")
        met &= watched.verdict.kind in ("callback-same-source", "callback-failed")
    seen = dict.fromkeys(f"a callback from {each.source.address}" for each in called)
    evidence = (watched.verdict.summary, *watched.verdict.evidence)
    shown = f"{', '.join(seen) or 'no callback'} ({watched.verdict.kind})"
    flow = "; ".join(dict.fromkeys(f"{each.source.address} -> {each.destination.address}" for each in called))
    return Expectation(met, " ".join(wanted), shown, evidence, flow=flow)


@command(
    "expect source",
    Argument("address", ADDRESS, "the source address that the last predict must give"),
    examples=["expect source 192.168.77.50"],
)
def expect_source(session: Session, address: str) -> Expectation:
    """Check the source address of the last prediction."""
    found = _prediction(session)
    seen = f"source {found.source or 'not known'} ({found.level})"
    return Expectation(found.source == address, f"source {address}", seen, found.missing)


@command(
    "expect level",
    Argument("level", choice("certain", "documented", "conditional", "unknown"), "how sure the prediction must be"),
    examples=["expect level certain"],
)
def expect_level(session: Session, level: str) -> Expectation:
    """Check how sure the last prediction is."""
    found = _prediction(session)
    return Expectation(found.level == level, f"level {level}", f"level {found.level}", found.missing)


def _prediction(session: Session) -> Prediction:
    if session.last_prediction is None:
        raise Failure("there is no prediction yet: use predict first")
    return session.last_prediction


@command(
    "expect accepted",
    Option("source", ADDRESS, "the address that the caller must have"),
    examples=["expect accepted -source 172.16.1.50"],
)
def expect_accepted(session: Session, source: str | None = None) -> Expectation:
    """Check that the last accept got a connection, and from which address."""
    caller = session.last_accepted
    wanted = "a caller" + (f" from {source}" if source else "")
    seen = f"a caller from {caller.address}" if caller else "no caller"
    return Expectation(caller is not None and source in (None, caller.address), wanted, seen, ())


@command(
    "expect received",
    Argument("text", TEXT, "what the data must contain", required=False, rest=True),
    examples=["expect received", "expect received 220"],
)
def expect_received(session: Session, text: str = "") -> Expectation:
    """Check that the last recv got data, and that a text is in it."""
    data = session.last_received
    wanted = f"data with {text!r}" if text else "data"
    seen = "no data" if data is None else f"{len(data)} characters: {data[:80]!r}"
    return Expectation(data is not None and text in data, wanted, seen, ())


@command("wait", Argument("seconds", SECONDS, "how long"), examples=["wait 0.5"])
def wait(session: Session, seconds: float) -> Text:
    """Pause."""
    from time import sleep

    until = monotonic() + seconds
    while (left := until - monotonic()) > 0:
        sleep(min(left, TICK) if session.progress else left)
        if session.progress:
            session.progress(Waiting("wait", seconds - left, left))
    return Text(())


@command(
    "echo",
    Argument("text", TEXT, "the text to print", required=False, rest=True),
    examples=["echo the firewall lets port $N through"],
)
def echo(session: Session, text: str = "") -> Text:
    """Print a text."""
    from ..report.text.escape import visible

    return Text([visible(text)])


def _evidence(found: Connection) -> list[str]:
    return [headline(found), *[f"{label} {text}" for label, text in details(found)]]
