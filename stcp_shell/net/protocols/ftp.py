"""FTP in active mode, the client's part (RFC 959; EPRT: RFC 2428), with ftplib for the protocol."""

from __future__ import annotations

import ftplib
import socket
from contextlib import suppress
from time import monotonic

from ...model.connection import Endpoint
from .caller import ProtocolError

_MOST = 1 << 16  # bytes of all replies together: a server that sends more is not an FTP server, or means harm
ANONYMOUS = "anonymous"


class Control(ftplib.FTP):
    """A control connection with a limit on what the server may send, and on how long it may take."""

    def __init__(self, seconds: float) -> None:
        super().__init__(timeout=seconds, encoding="latin-1")
        self._until = monotonic() + seconds
        self._taken = 0
        self.replies: list[str] = []

    def getline(self) -> str:
        """Return the next line. Raises ProtocolError if there are too many, or it takes too long."""
        left = self._until - monotonic()
        if left <= 0:
            raise ProtocolError("the server's replies do not end")
        if self.sock is not None:
            self.sock.settimeout(left)
        line = super().getline()
        self._taken += len(line)
        if self._taken > _MOST:
            raise ProtocolError(f"the server sent more than {_MOST // 1024} KiB of replies")
        return line

    def getresp(self) -> str:
        """Return the next reply and keep it. Replies of 400 and more are returned, too."""
        try:
            reply = super().getresp()
        except (ftplib.error_temp, ftplib.error_perm) as refused:
            reply = str(refused)
        self.replies.append(reply)
        return reply

    def ask(self, command: str) -> str:
        """Send a command, and return the reply."""
        self.putcmd(command)
        return self.getresp()


def opened(server: Endpoint, source: str | None, seconds: float) -> Control:
    """Connect to the server and read its greeting. Raises OSError, EOFError or ProtocolError."""
    control = Control(seconds)
    try:
        control.connect(server.address, server.port, source_address=(source, 0) if source else None)
    except BaseException:
        control.close()
        raise
    return control


def login(control: Control, user: str, password: str) -> str:
    """Log in, and return the last reply; 230: it worked. Raises OSError, EOFError or ProtocolError."""
    for verb, word in (("USER", user), ("PASS", password)):
        if "\r" in word or "\n" in word:
            raise ProtocolError(f"{verb}: a line break cannot be sent")
        reply = control.ask(f"{verb} {word}")
        if reply[:1] != "3":
            break
    return reply


def port_command(own: Endpoint, extended: bool) -> str:
    """Return PORT or EPRT for an endpoint of ours; for IPv6 there is only EPRT."""
    if ":" in own.address or extended:
        return f"EPRT |{2 if ':' in own.address else 1}|{own.address.partition('%')[0]}|{own.port}|"
    return f"PORT {own.address.replace('.', ',')},{own.port >> 8},{own.port & 255}"


def list_active(control: Control, own: Endpoint, extended: bool) -> None:
    """Have the server connect to our endpoint for a LIST; its replies are in `control.replies`."""
    if control.ask(port_command(own, extended))[:1] != "2":
        return
    if control.ask("LIST")[:1] == "1":
        control.getresp()


def shut(control: Control) -> None:
    """End the connection; a thread that waits for a reply gets the end of the stream."""
    sock: socket.socket | None = control.sock
    if sock is not None:
        with suppress(OSError):  # it is closed already
            sock.shutdown(socket.SHUT_RDWR)
    control.close()
