"""`paste`: tables that are pasted at a terminal or piped in, and what recognises them at the prompt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import Failure
from ..language.declaration import Option, command
from .load import NAME, SYSTEM, loaded
from .session import Session

if TYPE_CHECKING:
    from ..model.prediction import LoadedTables


@command(
    "paste",
    Option("host", NAME, "the name to load it under (pasted)"),
    Option("system", SYSTEM, "the system, if the tables do not show it"),
    examples=["paste", "paste -host phx"],
)
def paste(session: Session, host: str | None = None, system: str | None = None) -> LoadedTables:
    """Load tables from the lines that follow, up to a line with a single dot or the end of the input (Ctrl-D).

    A table that is pasted at the prompt puts this command there: Enter loads it.
    """
    data, session.clipboard = session.clipboard, None
    if data is None:
        data = b"".join(_pasted(session))
    elif not data.endswith(b"\n"):
        data += b"\n"  # a terminal's selection ends there, and not the table
    return loaded(session, [("pasted", data)], host or "pasted", system)


def takes(session: Session, text: str) -> bool:
    """Keep a text that was pasted at the prompt for `paste`, if it is a table; return whether it is one."""
    from ..pasted.reading import is_table
    from ..pasted.text import decode

    data = text.encode("utf-8", "surrogatepass")
    try:
        found = text.count("\n") > 1 and is_table(decode(data))
    except Failure:  # it is no text
        return False
    session.clipboard = data if found else None
    return found


def is_table_line(line: str) -> bool:
    """Return whether a line that is no command is one of a table, as in a paste without brackets."""
    from ..pasted.host import Host
    from ..pasted.reading import read
    from ..pasted.text import Text

    host = Host("")
    read(Text([line], True, ()), "", host)
    counts = host.counts()
    return counts["row"] + counts["head"] + counts["partly"] > 0


def _pasted(session: Session) -> Iterator[bytes]:
    """Yield what follows the command, up to a line with a dot."""
    stdin = session.environment.stdin
    if stdin is None:
        raise Failure("there is no standard input: use load FILE")
    if session.environment.interactive:
        from .password import raw_keys

        session.warn("paste the tables now; end with a line that holds a single dot, or with Ctrl-D")
        with raw_keys() as descriptor:
            yield _keys(descriptor)
        return
    while (line := stdin.readline()) and line.strip() != b".":
        yield line


_BRACKETED = {"on": b"\x1b[?2004h", "off": b"\x1b[?2004l", "begin": b"\x1b[200~", "end": b"\x1b[201~"}


def _keys(descriptor: int) -> bytes:
    """Return what a terminal sends. Its line mode would cut lines at 4,095 characters (termios(3))."""
    from os import read, write

    data, ends, found = bytearray(b"\n"), (b"\x04", _BRACKETED["end"]), []
    write(descriptor, _BRACKETED["on"])
    try:
        while keys := read(descriptor, 1 << 16):
            begin = max(0, len(data) - len(_BRACKETED["end"]))
            data += keys
            found = [place for end in ends if (place := data.find(end, begin)) >= 0]
            if found or data.endswith(b"\n.\n"):
                write(descriptor, b"\r\n" * bool(found))
                del data[min(found, default=len(data) - 2) :]
                break
    finally:
        write(descriptor, _BRACKETED["off"])
    text = bytes(data[1:]).replace(_BRACKETED["begin"], b"")
    return text if text.endswith(b"\n") or not found else text + b"\n"  # a selection ends there, and not the table
