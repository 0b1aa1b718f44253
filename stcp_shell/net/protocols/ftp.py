"""FTP in active mode, the client's part (RFC 959; EPRT: RFC 2428), with ftplib for the protocol."""

from __future__ import annotations

import ftplib
import socket
from contextlib import suppress
from time import monotonic

from ...model.connection import Endpoint
from ..octets import text_of
from ..sockaddr import unpack
from .caller import ProtocolError

_MOST = 1 << 16  # bytes of all replies together: a server that sends more is not an FTP server, or means harm
ANONYMOUS = "anonymous"


class Control(ftplib.FTP):
    """A control connection with a limit on what the server may send, and on how long it may take."""

    def __init__(self, seconds: float) -> None:
        super().__init__(timeout=seconds)
        self.allow(seconds)
        self._taken = 0
        self._received = b""
        self.replies: list[str] = []

    def allow(self, seconds: float) -> None:
        """Let the dialogue last so many seconds from now."""
        self._until = monotonic() + seconds

    def getline(self) -> str:
        """Return the next line. Raises ProtocolError if there are too many, or it takes too long."""
        assert self.sock is not None
        while b"\n" not in self._received:
            left = self._until - monotonic()
            if left <= 0 and not self._taken:
                raise TimeoutError
            if left <= 0:
                raise ProtocolError("the server's replies do not end")
            self.sock.settimeout(left)
            data = self.sock.recv(4096)
            if not data:
                raise EOFError
            self._taken += len(data)
            if self._taken > _MOST:
                raise ProtocolError(f"the server sent more than {_MOST // 1024} KiB of replies")
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        return text_of(line.rstrip(b"\r"))

    def getmultiline(self) -> str:
        """Return the lines of a reply (RFC 959, section 4.2). Raises ProtocolError if they are none."""
        lines = [self.getline()]
        code = lines[0][:3]
        if not code.isdecimal():
            raise ProtocolError(f"the server's reply is not FTP: {lines[0][:60]!r}")
        while lines[0][3:4] == "-" and (lines[-1][:3] != code or lines[-1][3:4] == "-"):
            lines.append(self.getline())
        return "\n".join(lines)

    def putline(self, line: str) -> None:
        """Send a line in UTF-8 (RFC 2640)."""
        assert self.sock is not None
        self.sock.sendall(f"{line}\r\n".encode("utf-8", "surrogateescape"))

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


class FtpClient:
    """The client's part of FTP in active mode (`caller.Client`)."""

    def __init__(
        self, server: Endpoint, source: str | None, seconds: float, account: tuple[str, str], extended: bool
    ) -> None:
        """Connect to the server and read its greeting. `extended`: use EPRT with IPv4, too."""
        self._control = Control(seconds)
        self._account, self._extended = account, extended
        self.replies = self._control.replies
        self.refusal = ""
        try:
            reply = self._control.connect(server.address, server.port, source_address=(source, 0) if source else None)
            while reply[:1] == "1":  # 120: ready in some minutes
                reply = self._control.getresp()
        except BaseException:
            self._control.close()
            raise

    @property
    def own(self) -> Endpoint:
        assert self._control.sock is not None
        return unpack(self._control.sock.getsockname())

    def login(self) -> bool:
        reply = ""
        for verb, word in zip(("USER", "PASS"), self._account):
            if "\r" in word or "\n" in word:
                raise ProtocolError(f"{verb}: a line break cannot be sent")
            reply = self._control.ask(f"{verb} {word}")
            if reply[:1] != "3":
                break
        return reply[:3] == "230"

    def allow(self, seconds: float) -> None:
        self._control.allow(seconds)

    def request(self, own: Endpoint) -> None:
        command = port_command(own, self._extended)
        reply = self._control.ask(command)
        if reply[:1] == "5":  # 421 and 425 say that the server tried to connect
            self.refusal = f"{command.partition(' ')[0]} was refused (address translation, or active mode is forbidden)"
        if reply[:1] != "2":
            return
        if self._control.ask("LIST")[:1] == "1":
            self._control.getresp()

    def shut(self) -> None:
        sock: socket.socket | None = self._control.sock
        if sock is not None:
            with suppress(OSError):  # it is closed already
                sock.shutdown(socket.SHUT_RDWR)
        self._control.close()


def port_command(own: Endpoint, extended: bool) -> str:
    """Return PORT or EPRT for an endpoint of ours; for IPv6 there is only EPRT."""
    if ":" in own.address or extended:
        return f"EPRT |{2 if ':' in own.address else 1}|{own.address.partition('%')[0]}|{own.port}|"
    return f"PORT {own.address.replace('.', ',')},{own.port >> 8},{own.port & 255}"
