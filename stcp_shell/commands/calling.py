"""The course of a `callback`: the control connection, the login, our listener, who called."""

from __future__ import annotations

import ftplib
import socket
from collections.abc import Callable
from typing import Optional

from ..errors import reason
from ..model.called import Called
from ..model.connection import Endpoint, family_of
from ..net.protocols.caller import Arrival, Client, ProtocolError, await_call, listener
from ..net.sockaddr import FAMILIES

Show = Optional[Callable[[float], None]]
_HIDDEN = "********"
_LONGER = 5.0  # seconds that the dialogue may last beyond the wait for the call
_TROUBLE = (OSError, EOFError, ProtocolError, ftplib.Error)


def call(start: Called, opened: Callable[[float], Client], seconds: float, show: Show, secret: str) -> Called:
    """Return who called when the server was asked to connect to us.

    `start`: the result as far as it is known; `opened`: connects, with so many seconds for greeting and login;
    `secret`: what a server may send back, and must not be shown.
    """
    found = _called(start, opened, seconds, show)
    if not secret:
        return found
    replies = tuple(reply.replace(secret, _HIDDEN) for reply in found.replies)
    return found._replace(replies=replies, why=found.why and found.why.replace(secret, _HIDDEN))


def _called(start: Called, opened: Callable[[float], Client], seconds: float, show: Show) -> Called:
    try:
        client = opened(seconds)
    except KeyboardInterrupt:
        return start._replace(outcome="cancelled")
    except _TROUBLE as trouble:
        return start._replace(why=f"the control connection failed: {_words(trouble)}")
    try:
        here = client.own
        start = start._replace(control=here)
        if not client.login():
            return start._replace(outcome="refused", replies=tuple(client.replies), why="the login failed")
        client.allow(seconds + _LONGER)
        with listener(here.address, FAMILIES[family_of(here.address)]) as waiting:
            own = Endpoint(here.address, waiting.getsockname()[1])
            came, wrong = _asked(client, own, waiting, seconds, show)
        return _result(start._replace(listener=own, replies=tuple(client.replies)), came, wrong, client.refusal)
    except KeyboardInterrupt:
        return start._replace(outcome="cancelled", replies=tuple(client.replies))
    except _TROUBLE as failure:
        return start._replace(replies=tuple(client.replies), why=_words(failure))
    finally:
        client.shut()


def _asked(
    client: Client, own: Endpoint, waiting: socket.socket, seconds: float, show: Show
) -> tuple[Arrival, str | None]:
    """Ask the server to connect to our listener; return what came, and what went wrong in the dialogue."""
    wrong: list[str] = []

    def work() -> None:
        try:
            client.request(own)
        except _TROUBLE as trouble:
            wrong.append(_words(trouble))

    came = await_call(waiting, work, seconds, show)
    return came, wrong[0] if wrong else None


def _result(start: Called, came: Arrival, why: str | None, refusal: str) -> Called:
    """Return the result with what came."""
    if came.caller is not None:
        same = came.caller.address == start.server.address
        return start._replace(outcome="called", caller=came.caller, same=same, seconds=came.seconds, why=why)
    if came.cancelled:
        return start._replace(outcome="cancelled", seconds=came.seconds)
    if not came.done:
        return start._replace(outcome="no-reply", seconds=came.seconds)
    outcome = "failed" if why else "refused" if refusal else "not-called"
    return start._replace(outcome=outcome, seconds=came.seconds, why=why or refusal or None)


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
