"""The state of a session: its sockets by number, the current one, variables, the journal. It keeps no records."""

import os
import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from ..environment import Environment
from ..errors import Failure
from ..language.declaration import Catalogue
from ..log import SCHEMA
from ..log.writer import Journal
from ..model.connection import Connection, Endpoint, ResolvedRoute
from ..model.secrets import MASK, Secrets, is_secret, masked_words
from ..model.session import SessionBegun, SessionEnd

if TYPE_CHECKING:
    from ..errors import Terminated
    from ..model.callback import Watched
    from ..model.diagnosis import Verdict
    from ..model.prediction import Prediction
    from ..net.tables.route_cache import RouteCache
    from ..pasted.host import Host
    from ..pasted.prefixes import Prefixes
    from .snapshot import Snapshot

DEFAULT_TIMEOUT = 10.0  # seconds: Linux sends a SYN four times in that, after 0, 1, 3 and 7 s (RFC 6298, section 5)
TICK = 0.1  # seconds between two updates of the live line during a wait
MOST_DESTINATIONS = 100  # remembered for completion


class Waiting(NamedTuple):
    """A wait in progress; a terminal shows it in its live line. Times are in seconds."""

    what: str
    elapsed: float
    left: Optional[float]  # None: it has no end of its own
    syns: Optional[int] = None  # SYNs sent so far
    table: tuple[str, ...] = ()  # lines above it, which change in place


class Socket:
    """A numbered socket. `state`: open, bound, bind failed, listening, connected, shut down, or how a connect ended."""

    def __init__(self, number: int, family: str, kind: str, sock: socket.socket) -> None:
        self.number = number
        self.family = family
        self.kind = kind  # stream, dgram
        self.protocol = "tcp" if kind == "stream" else "udp"
        self.sock = sock
        self.state = "open"
        self.bound: Optional[Endpoint] = None
        self.local: Optional[Endpoint] = None
        self.peer: Optional[Endpoint] = None


class Session:
    """One run of the shell, from its first line to its end."""

    def __init__(
        self, environment: Environment, journal: Journal, variables: dict[str, str], catalogue: Catalogue
    ) -> None:
        self.environment = environment
        self.catalogue = catalogue  # of the commands
        self.journal = journal
        self.variables = variables
        self.secrets = Secrets(variables)
        self.sockets: dict[int, Socket] = {}
        self.current: Optional[Socket] = None
        self.destinations: dict[str, None] = {}
        self.progress: Optional[Callable[[Waiting], None]] = None
        self.warn: Callable[[str], None] = lambda text: None  # says something that is no result
        self.announce: Callable[[Any], None] = lambda record: None  # logs and shows a record of a command that goes on
        self.show: Callable[[Any], None] = lambda record: None  # logs and shows one, whatever is on the screen
        self.then: Optional[Callable[[], Any]] = None  # returns another result of the command, when the first is logged
        self.history: Callable[[], Sequence[str]] = lambda: ()  # the lines that were typed, the oldest first
        self.columns: Callable[[], int] = lambda: 80  # in which texts are folded
        self.clear: Callable[[], None] = lambda: None  # clears the screen
        self.origin = ""  # of the command that runs: the file that it stands in; -c, <stdin>, or empty if it is typed
        self.writable: Sequence[str] = ()  # where scripts may write, besides the usual places (--allow-write)
        self.ended = False
        self.pending_signal: Optional[Terminated] = (
            None  # the signal that ended a connect or a send: raised after it is logged
        )
        self.last_connection: Optional[Connection] = None
        self.last_verdicts: list[Verdict] = []
        self.last_watch: Optional[Watched] = None
        self.last_prediction: Optional[Prediction] = None
        self.clipboard: Optional[bytes] = None  # a table that was pasted at the prompt: `paste` loads it
        self.hosts: dict[str, Host] = {}  # other hosts whose tables were loaded
        self._prefixes: dict[Host, Prefixes] = {}
        self.last_accepted: Optional[Endpoint] = None  # the caller
        self.last_received: Optional[str] = None  # by the last recv, as it was shown
        self._numbers = 0
        self._routes: Optional[RouteCache] = None
        self._noticed = -1  # table changes that the last snapshot has seen
        self._snapshot: Optional[Snapshot] = None

    @property
    def timeout(self) -> float:
        """Seconds that a wait may last (`set timeout`), unless the command has its own timeout."""
        return float(self.variables.get("timeout", DEFAULT_TIMEOUT))

    def shown(self, name: str) -> str:
        """Return the value of a variable as it may be shown."""
        return MASK if is_secret(name) else self.secrets.text(self.variables[name])

    def add(self, family: str, kind: str, sock: socket.socket) -> Socket:
        """Number a socket and make it the current one."""
        self._numbers += 1
        self.current = self.sockets[self._numbers] = Socket(self._numbers, family, kind, sock)
        return self.current

    def socket(self, number: Optional[int] = None) -> Socket:
        """Return the socket with that number, or the current one. Raises Failure if there is none."""
        if number is None:
            if self.current is None:
                use = f", or choose one of {self._listed()} with use N" if self.sockets else ""
                raise Failure(f"there is no current socket: open one with socket{use}")
            return self.current
        try:
            return self.sockets[number]
        except KeyError:
            known = f"open: {self._listed()}" if self.sockets else "none is open"
            raise Failure(f"there is no socket {number} ({known})") from None

    def close(self, entry: Socket) -> None:
        """Close a socket and forget it. No other socket becomes the current one automatically."""
        entry.sock.close()
        del self.sockets[entry.number]
        if self.current is entry:
            self.current = None

    def remember(self, destination: str) -> None:
        """Keep a destination for completion, the newest last."""
        self.destinations.pop(destination, None)
        self.destinations[destination] = None
        if len(self.destinations) > MOST_DESTINATIONS:
            del self.destinations[next(iter(self.destinations))]

    def prefixes(self, host: "Host") -> "Prefixes":
        """Return the index of a loaded host's routes."""
        from ..pasted.prefixes import Prefixes

        if host not in self._prefixes:
            self._prefixes[host] = Prefixes(host)
        return self._prefixes[host]

    def forget(self, host: "Host") -> None:
        """Forget a loaded host."""
        del self.hosts[host.name]
        self._prefixes.pop(host, None)

    def resolve_route(
        self, destination: Endpoint, source: Optional[str], protocol: str = "tcp"
    ) -> Optional[ResolvedRoute]:
        """Return the kernel's route to a numeric address, from a bound or the default source; None: not available."""
        try:
            if self._routes is None:
                from ..net.tables.route_cache import RouteCache

                self._routes = RouteCache()
            return self._routes.resolve(destination.address, source, destination.port, protocol)
        except OSError:  # TablesUnavailable: netlink is denied or missing, or no file descriptor is left
            return None

    @property
    def snapshot(self) -> "Snapshot":
        """The interfaces and routes of this host that the log holds."""
        if self._snapshot is None:
            from .snapshot import Snapshot  # late: most short scripts do not connect

            self._snapshot = Snapshot()
        return self._snapshot

    def log_snapshot(self) -> None:
        """Log this host's interfaces and routes, if they have changed or were not logged yet.

        To be called before a connect and after its `resolve_route`, which reads the changes that the kernel announces.
        """
        changes = self._routes.changes if self._routes else 0
        if changes == self._noticed:
            return
        with suppress(OSError):  # no file descriptor is left, for example: the connect does not need it
            if self.snapshot.due():
                self._noticed = changes
                for record in self.snapshot.records(self.environment.host):
                    self.journal.write(record, self.journal.commanded)

    def begin(self, version: str, arguments: Sequence[str], scripts: Sequence[str]) -> None:
        """Write the record that opens the log, with the variables that the command line has set."""
        system = os.uname()
        self.journal.write(
            SessionBegun(
                version=version,
                host=self.environment.host,
                system=f"{system.sysname} {system.release} {system.machine}",
                arguments=_encodable(arguments),
                pid=os.getpid(),
                schema=SCHEMA,
                variables=_encodable([f"{name}={self.shown(name)}" for name in self.variables]),
                scripts=_encodable(scripts),
            )
        )

    def end(self, reason: str, status: int) -> None:
        """Close the sockets, and write the record that ends the log."""
        for entry in list(self.sockets.values()):
            self.close(entry)
        if self._routes is not None:
            self._routes.close()
        self.journal.write(SessionEnd(reason, status))

    def _listed(self) -> str:
        numbers = [str(number) for number in self.sockets]
        return ", ".join(numbers if len(numbers) < 9 else [*numbers[:8], "…"])


def _encodable(words: Iterable[str]) -> tuple[str, ...]:
    """Return words of the command line, which can hold any bytes, as text that JSON can hold; without secrets."""
    return tuple(masked_words([word.encode("utf-8", "backslashreplace").decode() for word in words]))
