"""`callback`: ask a server to connect to this host, as its clients do, and see from where it comes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ..errors import Failure
from ..language.declaration import Option, command
from ..language.kinds import ADDRESSES, FLAG, HOST, PATH, SECONDS, TARGET, TEXT, choice
from ..model.connection import Destination, Endpoint, family_of
from ..net import resolver
from .session import Session, Waiting

if TYPE_CHECKING:
    from ..model.called import AllCalled
    from ..net.protocols.caller import Client

DEFAULT_TIMEOUT = 150.0  # seconds: some servers try for 133
_SERVER = Option("name", HOST, "the server: an address or a name", required=True, bare=True)
_USER = Option("user", TEXT, "the user; the password is asked for")
_FROM = Option("from", ADDRESSES, "addresses of this host to ask from, one after the other")
_TIMEOUT = Option("timeout", SECONDS, "seconds to wait for the call (150)")
_FILE = Option("password-file", PATH, "a file with the password, which only you may read; or set STCP_SHELL_PASSWORD")


@command(
    "callback ftp",
    _SERVER,
    _USER,
    Option("port", TARGET, "the port of the control connection (21)", bare=True),
    Option("extended", FLAG, "use EPRT with IPv4, too"),
    _FROM,
    _TIMEOUT,
    _FILE,
    examples=["callback ftp -name 172.16.1.50", "callback ftp -name 172.16.1.50 -user lab -extended"],
)
def callback_ftp(
    session: Session,
    name: str,
    user: str | None = None,
    port: int | str = 21,
    extended: bool = False,
    from_: tuple[str, ...] = (),
    timeout: float = DEFAULT_TIMEOUT,
    password_file: str | None = None,
) -> AllCalled:
    """Log in to an FTP server, ask for a listing in active mode, and show from which address the server connects.

    Run it on the client. Without -user it is an anonymous login. If the server cannot connect it says so after some
    time (425), which does not show the address that it used: run watch on the server for that. Nothing is changed on
    the server; the password travels in clear, as always with FTP, and is never logged.
    """
    from ..net.protocols.ftp import ANONYMOUS, FtpClient

    server = _server(session, name, port, from_)
    secret = _password(session, user, password_file) if user else "stcp-shell@"

    def opened(server: Endpoint, source: str | None, seconds: float) -> Client:
        return FtpClient(server, source, seconds, (user or ANONYMOUS, secret), extended)

    return _from_each(session, "ftp", name, server, from_, timeout, opened, secret if user else "")


@command(
    "callback ndmp",
    _SERVER,
    _USER,
    Option("port", TARGET, "the port of the control connection (10000)", bare=True),
    Option("auth", choice("none", "text", "md5"), "how to log in; without it the best that the agent offers"),
    _FROM,
    _TIMEOUT,
    _FILE,
    examples=["callback ndmp -name 172.16.1.50 -user ndmp", "callback ndmp -name 172.16.1.50 -user ndmp -auth text"],
)
def callback_ndmp(
    session: Session,
    name: str,
    user: str | None = None,
    port: int | str = 10000,
    auth: str | None = None,
    from_: tuple[str, ...] = (),
    timeout: float = DEFAULT_TIMEOUT,
    password_file: str | None = None,
) -> AllCalled:
    """Have an NDMP agent connect to this host, as for a backup over three ways, and show from which address it comes.

    Run it where the tape agent would be. It logs in, sends DATA_CONNECT with an address of this host, and closes: no
    tape and no file is touched. NDMP 3 and 4; IPv4 only, as NDMP itself.
    """
    from ..net.protocols.ndmp import Account, NdmpClient

    if auth != "none" and user is None:
        raise Failure("-user is missing: the agent's user, or -auth none")
    server = _server(session, name, port, from_)
    account = Account(auth, user or "", _password(session, user or "", password_file) if auth != "none" else "")

    def opened(server: Endpoint, source: str | None, seconds: float) -> Client:
        if ":" in server.address:
            raise Failure(f"{server.address}: NDMP has IPv4 only")
        return NdmpClient(server, source, seconds, account)

    return _from_each(session, "ndmp", name, server, from_, timeout, opened, account.password)


def _password(session: Session, user: str, path: str | None) -> str:
    from .password import password

    return password(session.environment, path, user)


def _server(session: Session, name: str, port: int | str, sources: tuple[str, ...]) -> Endpoint:
    """Return the server. Raises Failure if it is not found, or if a source address cannot be used for it."""
    from ..net.tables.interfaces import local_addresses

    address = resolver.either_family(name, sources[0] if sources else None, session.timeout)[0]
    for source in sources:
        if family_of(source) != family_of(address):
            raise Failure(f"-from {source}: {address} is of another address family")
        if source not in local_addresses(family_of(source)):
            raise Failure(f"-from {source}: not an address of this host")
    session.remember(name)
    return Endpoint(address, resolver.target_port(port))


def _from_each(
    session: Session,
    protocol: str,
    name: str,
    server: Endpoint,
    sources: tuple[str, ...],
    timeout: float,
    opened: Callable[[Endpoint, str | None, float], Client],
    secret: str,
) -> AllCalled:
    """Ask from each of our addresses, one after the other."""
    from ..model.called import AllCalled, Called
    from .calling import call

    session.resolve_route(server, None)
    session.log_snapshot()
    results: list[Called] = []
    for own in sources or (None,):
        what = f"wait for the call of {name} port {server.port}" + (f", from {own}" if own else "")

        def show(elapsed: float, what: str = what) -> None:
            if session.progress:
                session.progress(Waiting(what, elapsed, None))

        start = Called(protocol, Destination(name, server.address, server.port), None, None, "failed")
        results.append(call(start, partial(opened, server, own), timeout, show if session.progress else None, secret))
        if results[-1].outcome == "cancelled":
            break
    return AllCalled(tuple(results))
