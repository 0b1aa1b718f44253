"""Tables of other hosts: load, show and explain them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import Failure, reason
from ..language.declaration import Argument, Option, command
from ..language.kinds import FLAG, PATH, Kind
from ..language.kinds import choice as one_of
from ..model.results import Text
from .session import Session

if TYPE_CHECKING:
    from ..model.prediction import LoadedTables
    from ..pasted.host import Host

MOST_UNREAD = 20  # lines that are not understood, in a record and on the screen; -unread shows all
LIVE = "live"  # this host
MOST_BYTES = 1 << 30
_SYSTEMS = (
    *("stcp", "freebsd", "netbsd", "openbsd", "dragonfly", "macos", "linux", "windows", "windows-xp", "solaris"),
    *("aix", "hpux", "tru64", "ios", "nxos", "asa", "vxworks", "rtems"),
)
OF_HOST = "a loaded host instead of this one"
SYSTEM = one_of(*_SYSTEMS)
MOST_NAME = 64


def _name(text: str) -> str:
    """Return a host's name. Raises ValueError if it cannot be one."""
    if not text or len(text) > MOST_NAME or "," in text:
        raise ValueError(f"a host's name has 1 to {MOST_NAME} characters and no comma")
    return text


NAME = Kind("NAME", _name, "loaded")
NAMES = Kind("NAME[,NAME]", lambda text: tuple(text.split(",")), "loaded")


@command(
    "load",
    Argument("files", PATH, "files with pasted tables; `-` is the standard input", many=True),
    Option("host", NAME, "the name to load it under (the first file's name)"),
    Option("system", SYSTEM, "the system, if the tables do not show it"),
    examples=["load tables.txt", "load ifconfig.txt netstat.txt -host phx -system stcp"],
)
def load(session: Session, files: tuple[str, ...], host: str | None = None, system: str | None = None) -> LoadedTables:
    """Load another host's tables: ifconfig, route print, netstat -rn, ip addr, ip route, ip rule, ipconfig /all, ...

    Each line ends in one state, and those that are not understood are shown. Nothing is resolved or sent.
    """
    texts = [(label(name), bytes_of(session, name)) for name in files]
    return loaded(session, texts, host or stem(files[0]), system)


@command(
    "tables",
    Option("host", NAME, "this host only"),
    Option("unread", FLAG, "all lines that are partly or not understood"),
    Option("all", FLAG, "every line, with its state"),
    excludes=[("unread", "all")],
    examples=["tables", "tables -host phx -unread", "tables -all"],
)
def tables(session: Session, host: str | None = None, unread: bool = False, all: bool = False) -> LoadedTables | Text:
    """Show what was loaded for a host: its interfaces, routes and rules, and what became of each line."""
    if all:
        return Text(_states(host_of(session, host)))
    if host is None and len(session.hosts) > 1:
        *others, last = session.hosts.values()
        for each in others:
            session.show(_summary(each, None if unread else MOST_UNREAD))
        return _summary(last, None if unread else MOST_UNREAD)
    return _summary(host_of(session, host), None if unread else MOST_UNREAD)


def _states(host: Host) -> Iterator[str]:
    """Yield each line with its place, its state and, if it was not understood, the reason."""
    from ..pasted.states import NAMES as STATES
    from ..report.text.escape import visible

    for each in host.pastes:
        for number, (text, state) in enumerate(zip(each.lines, each.states)):
            why = f"  ({each.reasons[number]})" if each.reasons.get(number) else ""
            yield visible(f"{each.file}:{number + 1}: {STATES[state]}: {text}{why}")


@command(
    "explain",
    Argument("file", PATH, "load this file first; `-` is the standard input", required=False),
    Option("host", NAME, "the loaded host, if there are several"),
    examples=["explain tables.txt", "explain -host phx", "explain -host live"],
)
def explain(session: Session, file: str | None = None, host: str | None = None) -> Text:
    """Explain a host's tables in words: each address, each route, each flag, with its line.

    `-host live`, and explain alone if nothing is loaded, explains this host's own `netstat -r`.
    """
    from ..report.text.escape import visible
    from ..report.text.explanation import explained

    if file is not None:
        host = loaded(session, [(label(file), bytes_of(session, file))], host or stem(file), None).host
    if host == LIVE or (host is None and not session.hosts):
        from .live import live_netstat

        return Text(map(visible, explained(live_netstat())))
    return Text(map(visible, explained(host_of(session, host))))


@command("forget", Option("host", NAME, "this host only"), examples=["forget", "forget -host phx"])
def forget(session: Session, host: str | None = None) -> Text:
    """Forget the tables of a host, or of all."""
    if host is not None:
        session.forget(_loaded_host(session, host))
    else:
        for each in list(session.hosts.values()):
            session.forget(each)
    return Text(())


def host_of(session: Session, name: str | None) -> Host:
    """Return a loaded host, the only one without a name; `live` is this one, read again. Raises Failure."""
    if name == LIVE:
        from .live import live

        return live()
    return _loaded_host(session, name)


def _loaded_host(session: Session, name: str | None) -> Host:
    if name is None and len(session.hosts) == 1:
        name = next(iter(session.hosts))
    if name in session.hosts:
        return session.hosts[name]
    names = ", ".join(session.hosts)
    if name is None:
        raise Failure(f"which host? say -host NAME: {names}" if names else "no tables are loaded: use load or paste")
    raise Failure(f"there is no loaded host {name}" + (f": there is {names}" if names else ": use load or paste"))


def label(path: str) -> str:
    return "pasted" if path == "-" else path


def stem(path: str) -> str:
    name = "" if path == "-" else path.rpartition("/")[2].partition(".")[0]
    return name.replace(",", "_")[:MOST_NAME] or "pasted"


def bytes_of(session: Session, path: str) -> bytes:
    """Return the contents of a file. Raises Failure."""
    if path == "-":
        stdin = session.environment.stdin
        if stdin is None:
            raise Failure("there is no standard input")
        return stdin.read(MOST_BYTES)
    from stat import S_ISREG

    try:
        import os

        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as stream:
            status = os.fstat(stream.fileno())
            if not S_ISREG(status.st_mode):
                raise Failure(f"{path}: it is no regular file")
            if status.st_size > MOST_BYTES:
                raise Failure(f"{path}: it is larger than 1 GiB")
            return stream.read()
    except OSError as error:
        raise Failure(f"{path}: {reason(error)}") from None


def loaded(session: Session, texts: list[tuple[str, bytes]], name: str, system: str | None) -> LoadedTables:
    """Read texts into a host, and keep it. Raises Failure if nothing in them is a table."""
    from ..pasted.host import Host
    from ..pasted.reading import read
    from ..pasted.text import decode

    if name == LIVE:
        raise Failure(f"{LIVE} is this host: choose another name with -host")
    host = session.hosts.get(name) or Host(name)
    host.given = system or host.given
    hosts = [host]
    for path, data in texts:
        try:
            text = decode(data)
        except Failure as failure:
            raise Failure(f"{path}: {failure}") from None
        found = read(text, path, hosts[-1])
        hosts += found[1:]
    known = [each for each in hosts if each.has_facts]
    if not known:
        place, why = next(host.unread(), (host.place(1), ""))
        if why:
            raise Failure(f"{place.file}:{place.line}: no line of a known table; the first one is {why}")
        raise Failure(f"{place.file}:{place.line}: no line of a known table; the first one begins {place.text[:40]!r}")
    for each in known:
        session.hosts[each.name] = each
        session.prefixes(each).add()
    others = tuple(each.name for each in known[1:])
    return _summary(known[0], MOST_UNREAD)._replace(same_text=others)


def _summary(host: Host, most: int | None) -> LoadedTables:
    from itertools import islice

    from ..model.prediction import LineCount, LoadedTables, UnreadLine

    remarks = [remark for each in host.pastes for remark in each.remarks]
    remarks += [*host.conflicts, *host.gaps, *host.findings]
    return LoadedTables(
        host.name,
        host.system,
        tuple(dict.fromkeys(each.file for each in host.pastes)),
        len(host.cards),
        sum(len(card.addresses) for card in host.cards.values()),
        len(host.rows),
        len(host.rules),
        tuple(LineCount(state, lines) for state, lines in host.counts().items()),
        tuple(UnreadLine(*place, why) for place, why in islice(host.unread(), most)),
        tuple(dict.fromkeys(remarks)),
    )
