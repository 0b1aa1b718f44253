"""Host and service names to numbers and back, with a time limit for a resolver that does not reply."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TypeVar

from ..errors import Failure
from ..model.connection import INET, INET6, family_of
from .sockaddr import FAMILIES, unpack

_STEP = 0.05  # seconds between two checks of the resolver's thread, and so the longest delay of Ctrl-C
MOST_KEPT = 65536  # names in the cache
_T = TypeVar("_T")


class Unresolved(Failure):
    """A name that has no address (of the family)."""


def port_number(port: int | str, protocol: str) -> int:
    """Return the port number of a service (services(5)). Raises Failure for an unknown service name."""
    if isinstance(port, int):
        return port
    try:
        return socket.getservbyname(port, protocol)
    except OSError:
        raise Failure(f"-port {port}: no such {protocol} service in /etc/services: give the port number") from None


def target_port(port: int | str, protocol: str = "tcp") -> int:
    """Return the number of a port to connect to. Raises Failure as `port_number` does, and for 0."""
    number = port_number(port, protocol)
    if number == 0:
        raise Failure("-port 0: a connect needs a port from 1 to 65535")
    return number


def is_address(name: str) -> bool:
    """Return whether the host is given as a numeric address, so that there is nothing to resolve."""
    return ":" in name or not name.strip("0123456789.")


def addresses(name: str, family: str, timeout: float) -> list[str]:
    """Return the numeric addresses of a host name in the resolver's order (RFC 6724), at least one.

    A numeric address is returned as it is. Raises Unresolved with the resolver's reason (gai_strerror(3)), also if
    the resolver did not reply within `timeout` seconds; Failure for an address of the other family.
    """
    if is_address(name):
        if family_of(name) != family:
            kind = f"IPv{6 if ':' in name else 4}"
            remedy = f"open one with socket -family {family_of(name)}"
            raise Failure(f"{name} is an {kind} address and the socket is {family}: {remedy}")
        return [name]
    return _resolve(name, family, timeout)


def either_family(name: str, source: str | None, timeout: float) -> list[str]:
    """Return the addresses of a name in the family of the source; without a source in IPv4, as a socket has it.

    If the name has no IPv4 address and there is no source, in IPv6. A numeric address is returned as it is, whatever
    the source. Raises Unresolved.
    """
    if is_address(name):
        return [name]
    if source:
        return addresses(name, family_of(source), timeout)
    try:
        return addresses(name, INET, timeout)
    except Unresolved as reason:
        try:
            return addresses(name, INET6, timeout)
        except Unresolved:
            raise Unresolved(f"{reason}; no {INET6} address either") from None


def every_address(name: str, timeout: float) -> list[str]:
    """Return the addresses of a name in both families, in the resolver's order, within `timeout` seconds in all.

    A numeric address is returned as it is. Raises Unresolved.
    """
    return [name] if is_address(name) else _resolve(name, None, timeout)


def _resolve(name: str, family: str | None, timeout: float) -> list[str]:
    def ask() -> list[str] | OSError | UnicodeError:
        try:
            wanted = FAMILIES[family] if family else socket.AF_UNSPEC
            found = socket.getaddrinfo(name, None, wanted, socket.SOCK_STREAM)
            return list(dict.fromkeys(unpack(entry[4]).address for entry in found))
        except (OSError, UnicodeError) as error:
            return error

    answer = _within(timeout, ask)
    if answer is None:
        raise Unresolved(f"{name}: the resolver did not reply within {timeout:g} s")
    if isinstance(answer, UnicodeError):
        raise Unresolved(f"{name}: not a valid host name")
    if isinstance(answer, OSError):
        raise Unresolved(f"{name}: {answer.strerror or answer} (no {family or 'IPv4 or IPv6'} address)")
    return answer


class HostNames:
    """Names of numeric addresses (getnameinfo(3)), each looked up once. An address without a name is returned as it is.

    After a lookup without a reply for `timeout` seconds no more are made: every address is returned as it is.
    """

    def __init__(self, timeout: float) -> None:
        self.silent = False
        self._timeout = timeout
        self._known: dict[str, str] = {}

    def __call__(self, address: str) -> str:
        """Return the name of an address, or the address itself if it has no name."""
        if self.silent:
            return address
        name = self._known.get(address)
        if name is None:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            name = self._known[address] = self._ask(address)
        return name

    def _ask(self, address: str) -> str:
        def ask() -> str:
            try:
                return socket.getnameinfo((address, 0), socket.NI_NAMEREQD)[0]
            except (OSError, UnicodeError):  # no name; `default`, `link#2`: not an address
                return address

        name = _within(self._timeout, ask)
        self.silent = name is None
        return address if name is None else name


def _within(timeout: float, ask: Callable[[], _T]) -> _T | None:
    """Return the resolver's reply; None if it takes longer than `timeout` seconds.

    getaddrinfo(3) and getnameinfo(3) cannot be interrupted: they run in a thread of their own, and this one stays free
    for Ctrl-C.
    """
    import threading  # imported late: most connects are to numeric addresses
    import time

    answers: list[_T] = []
    thread = threading.Thread(target=lambda: answers.append(ask()), daemon=True)
    thread.start()
    deadline = time.monotonic() + timeout
    while thread.is_alive() and time.monotonic() < deadline:
        thread.join(_STEP)
    return answers[0] if answers else None
