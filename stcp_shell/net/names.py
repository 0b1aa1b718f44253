"""Host names and service names to numbers, without making the user wait for a resolver that does not answer."""

from __future__ import annotations

import socket

from ..errors import Failure
from ..facts import family_of
from .sockaddr import FAMILIES, unpack

_STEP = 0.05  # seconds between two looks at the resolver's thread: Ctrl-C is heard that soon


class Unresolved(Failure):
    """A name that has no address (of the family)."""


def port_number(port: int | str, protocol: str) -> int:
    """The number of a service (services(5)). Raises Failure for a name that nobody knows."""
    if isinstance(port, int):
        return port
    try:
        return socket.getservbyname(port, protocol)
    except OSError:
        raise Failure(f"-port {port}: no such {protocol} service in /etc/services: give the number") from None


def is_address(name: str) -> bool:
    """Whether a host is named by its address: there is nothing to resolve and to wait for."""
    return ":" in name or not name.strip("0123456789.")


def addresses(name: str, family: str, timeout: float) -> list[str]:
    """The numeric addresses of a host name in the resolver's order (RFC 6724), at least one.

    A numeric address is its own answer. Raises Unresolved with the resolver's reason (gai_strerror(3)), also when
    there was no answer after `timeout` seconds; Failure for an address of the other family.
    """
    if is_address(name):
        if family_of(name) != family:
            kind = f"IPv{6 if ':' in name else 4}"
            remedy = f"open one with socket -family {family_of(name)}"
            raise Failure(f"{name} is an {kind} address and the socket is {family}: {remedy}")
        return [name]
    return _resolve(name, family, timeout)


def _resolve(name: str, family: str, timeout: float) -> list[str]:
    import threading  # late: most connects are to numeric addresses
    import time

    answers: list[list[str] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            found = socket.getaddrinfo(name, None, FAMILIES[family], socket.SOCK_STREAM)
            answers.append(list(dict.fromkeys(unpack(entry[4]).address for entry in found)))
        except (OSError, UnicodeError) as error:
            answers.append(error)

    # getaddrinfo(3) cannot be interrupted: it runs beside, and this thread stays free for Ctrl-C and the time-out.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    deadline = time.monotonic() + timeout
    while thread.is_alive() and time.monotonic() < deadline:
        thread.join(_STEP)
    if not answers:
        raise Unresolved(f"{name}: the resolver did not answer within {timeout:g} s")
    answer = answers[0]
    if isinstance(answer, UnicodeError):
        raise Unresolved(f"{name}: not a valid host name")
    if isinstance(answer, OSError):
        raise Unresolved(f"{name}: {answer.strerror or answer} (no {family} address)")
    return answer
