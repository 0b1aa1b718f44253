"""The course of a `callback`: the control connection, the login, our listener, who called."""

from __future__ import annotations

import ftplib
from collections.abc import Callable, Sequence
from typing import Optional

from ..errors import reason
from ..model.called import Called
from ..model.connection import Destination, Endpoint, family_of
from ..net.protocols import ftp, ndmp
from ..net.protocols.caller import Arrival, ProtocolError, await_call, listener
from ..net.sockaddr import FAMILIES, unpack

Show = Optional[Callable[[float], None]]
_LONGER = 5.0  # seconds that the dialogue may last beyond the wait for the call
_TROUBLE = (OSError, EOFError, ProtocolError, ftplib.Error)


def call_ftp(
    name: str,
    server: Endpoint,
    source: str | None,
    account: tuple[str, str],
    dialogue: Callable[[ftp.Control, Endpoint], None],
    seconds: float,
    show: Show,
) -> Called:
    """Return who called when an FTP server was asked to connect to us."""
    start = Called("ftp", Destination(name, server.address, server.port), None, None, "failed")
    try:
        control = ftp.opened(server, source, seconds + _LONGER)
    except KeyboardInterrupt:
        return start._replace(outcome="cancelled")
    except _TROUBLE as trouble:
        return start._replace(why=f"the control connection failed: {_words(trouble)}")
    failure: list[str] = []

    def work() -> None:
        try:
            dialogue(control, own)
        except _TROUBLE as trouble:
            failure.append(_words(trouble))

    try:
        assert control.sock is not None
        here = unpack(control.sock.getsockname())
        start = start._replace(control=here)
        if ftp.login(control, *account)[:3] != "230":
            return start._replace(outcome="refused", replies=tuple(control.replies), why="the login failed")
        with listener(here.address, FAMILIES[family_of(here.address)]) as waiting:
            own = Endpoint(here.address, waiting.getsockname()[1])
            came = await_call(waiting, work, seconds, show)
        replies = tuple(control.replies)
        return _result(start._replace(listener=own, replies=replies), came, failure, _refused_port(replies))
    except KeyboardInterrupt:
        return start._replace(outcome="cancelled", replies=tuple(control.replies))
    except _TROUBLE as trouble:
        return start._replace(replies=tuple(control.replies), why=_words(trouble))
    finally:
        ftp.shut(control)


def _refused_port(replies: Sequence[str]) -> bool:
    """Whether the server rejected our PORT as such: 421 and 425 say that it tried to connect."""
    return bool(replies) and replies[-1][:1] == "5"


def call_ndmp(
    name: str,
    server: Endpoint,
    source: str | None,
    account: tuple[str | None, str, str],
    seconds: float,
    show: Show,
) -> Called:
    """Return who called when an NDMP agent was asked to connect to us. `account`: how to log in, user, password."""
    start = Called("ndmp", Destination(name, server.address, server.port), None, None, "failed")
    try:
        agent = ndmp.Agent(server, source, seconds + _LONGER)
    except KeyboardInterrupt:
        return start._replace(outcome="cancelled")
    except _TROUBLE as trouble:
        return start._replace(why=f"the control connection failed: {_words(trouble)}")
    failure: list[str] = []

    def work() -> None:
        try:
            agent.data_connect(own)
        except _TROUBLE as trouble:
            failure.append(_words(trouble))

    try:
        here = agent.own
        start = start._replace(control=Endpoint(here.address, here.port))
        auth, user, password = account
        info = agent.server()
        chosen = ndmp.AUTHS[auth] if auth else (ndmp.MD5 if ndmp.MD5 in info.auths else ndmp.TEXT)
        if not agent.login(chosen, user, password):
            return start._replace(outcome="refused", replies=tuple(agent.said), why="the login failed")
        with listener(here.address, FAMILIES["inet"]) as waiting:
            own = Endpoint(here.address, waiting.getsockname()[1])
            came = await_call(waiting, work, seconds, show)
        return _result(start._replace(listener=own, replies=tuple(agent.said)), came, failure, False)
    except KeyboardInterrupt:
        return start._replace(outcome="cancelled", replies=tuple(agent.said))
    except _TROUBLE as trouble:
        return start._replace(replies=tuple(agent.said), why=_words(trouble))
    finally:
        agent.shut()


def _result(start: Called, came: Arrival, failure: list[str], refused: bool) -> Called:
    """Return the result with what came."""
    why = failure[0] if failure else None
    if came.caller is not None:
        same = came.caller.address == start.server.address
        return start._replace(outcome="called", caller=came.caller, same=same, seconds=came.seconds, why=why)
    if came.cancelled:
        return start._replace(outcome="cancelled", seconds=came.seconds)
    if not came.done:
        return start._replace(outcome="no-reply", seconds=came.seconds)
    outcome = "failed" if failure else "refused" if refused else "not-called"
    return start._replace(outcome=outcome, seconds=came.seconds, why=why)


def _words(trouble: Exception) -> str:
    """Return an error in one line."""
    if isinstance(trouble, TimeoutError):
        return "no reply in time"
    if isinstance(trouble, OSError):
        return reason(trouble)
    if isinstance(trouble, EOFError):
        return "the server closed the connection"
    if isinstance(trouble, ftplib.Error):
        return f"the server's reply is not FTP: {str(trouble)[:200]}"
    return str(trouble)
