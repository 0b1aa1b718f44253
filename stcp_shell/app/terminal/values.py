"""Possible values from this host and this session: addresses, services, interfaces, files, ...

They are looked up on demand, and a failed look-up raises nothing: a completion is only an offer.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain
from typing import NamedTuple

from ...commands import CATALOGUE
from ...commands.expect import causes, verdicts
from ...commands.ifconfig import interface_names, local_addresses
from ...commands.load import LIVE
from ...commands.session import Session
from ...commands.shell import SETTINGS
from ...errors import Failure
from ...language.kinds import Kind, host, host_and_port
from ...language.outline import parts, unquoted

MOST_LINES = 2000  # of the history that are searched for addresses
SERVICES = "/etc/services"
HOSTS = "/etc/hosts"
_MOST_BYTES = 1 << 20


class Value(NamedTuple):
    """A value to offer, and a short explanation."""

    text: str
    meaning: str = ""


class Values:
    """Finds the values of a kind. `lines` returns the lines that were typed before, the oldest first."""

    def __init__(self, session: Session, lines: Callable[[], list[str]]) -> None:
        self._session = session
        self._lines = lines
        self._sources: dict[str, Callable[[str], Iterable[Value]]] = {
            "host": self._hosts,
            "local": self._local,
            "port": self._services,
            "interface": _interfaces,
            "path": paths,
            "socket": self._sockets,
            "verdict": lambda _: map(Value, verdicts()),
            "cause": lambda _: map(Value, causes()),
            "loaded": lambda _: (Value(name) for name in (*self._session.hosts, LIVE)),
            "variable": lambda _: (Value(name) for name in sorted({*self._session.variables, *SETTINGS})),
        }

    def of(self, kind: Kind, prefix: str) -> list[Value]:
        """Return the possible values of a kind that start with `prefix`."""
        try:
            found = (
                self._sources[kind.completes](prefix) if kind.completes in self._sources else map(Value, kind.choices)
            )
            return [value for value in found if value.text.startswith(prefix)]
        except (OSError, ValueError, Failure):
            return []

    def variables(self, prefix: str) -> list[Value]:
        """Return the variables whose names start with `prefix`."""
        variables = self._session.variables.copy()
        return [Value(name, variables[name]) for name in sorted(variables) if name.startswith(prefix)]

    def _hosts(self, prefix: str) -> Iterator[Value]:
        """Yield this session's destinations, the newest first, those of earlier sessions, and hosts in files."""
        session = reversed(list(self._session.destinations))
        home = self._session.environment.variables.get("HOME", "")
        listed = chain(hosts(HOSTS), known_hosts(os.path.join(home, ".ssh", "known_hosts")) if home else ())
        return map(Value, dict.fromkeys(chain(session, destinations(self._lines()[-MOST_LINES:]), listed)))

    def _local(self, prefix: str) -> Iterator[Value]:
        family = self._session.current.family if self._session.current else None
        return map(Value, local_addresses(family))

    def _services(self, prefix: str) -> list[Value]:
        current = self._session.current
        return services().get(current.protocol if current else "tcp", [])

    def _sockets(self, prefix: str) -> Iterator[Value]:
        return (Value(str(entry.number), entry.state) for entry in list(self._session.sockets.values()))


def _interfaces(prefix: str) -> Iterator[Value]:
    return map(Value, interface_names())


def destinations(lines: list[str]) -> Iterator[str]:
    """Yield the hosts that occur in lines of the history, the newest first."""
    for line in reversed(lines):
        for part in parts(line, CATALOGUE):
            if part.kind and part.kind.completes == "host":
                text = unquoted(line[part.start : part.end])
                try:
                    yield host(text)
                except ValueError:
                    continue


def hosts(path: str) -> Iterator[str]:
    """Yield the names in a hosts file (hosts(5)), without those of this host's loopback and of groups."""
    for line in _read(path):
        address, *names = line.partition("#")[0].split() or [""]
        if not address.startswith(("127.", "::1", "fe00:", "ff0")):
            yield from names


def known_hosts(path: str) -> Iterator[str]:
    """Yield the names and addresses in a file of ssh (sshd(8)) that are not hashed."""
    for line in _read(path):
        names = line.partition(" ")[0]
        if names and not names.startswith(("#", "@", "|")):
            yield from (host_and_port(name)[0] for name in names.split(",") if not set(name) & set("*?!"))


def _read(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_MOST_BYTES).splitlines()
    except OSError:
        return []


@cache
def services() -> dict[str, list[Value]]:
    """Return the names of the services file by protocol, each with its port; read once. Raises OSError."""
    found: dict[str, dict[str, str]] = {}
    with open(SERVICES, encoding="utf-8", errors="replace") as file:
        for line in file:
            words = line.partition("#")[0].split()
            if len(words) > 1 and "/" in words[1]:
                port, _, protocol = words[1].partition("/")
                for name in (words[0], *words[2:]):
                    found.setdefault(protocol, {}).setdefault(name, port)
    return {protocol: [Value(name, port) for name, port in names.items()] for protocol, names in found.items()}


def paths(prefix: str) -> Iterator[Value]:
    """Yield the files whose path starts with `prefix`, folders with a final slash; hidden ones if the dot is typed."""
    start = prefix.rpartition("/")[2]
    folder = prefix.removesuffix(start)
    with os.scandir(os.path.expanduser(folder) or ".") as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.startswith(start) and (start or not entry.name.startswith(".")):
                yield Value(folder + entry.name + ("/" if entry.is_dir() else ""))
