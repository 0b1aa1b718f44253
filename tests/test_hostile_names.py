"""An interface may be called nearly anything, and a link-local address carries its name: none of it acts."""

import re

import pytest

from stcp_shell.model.connection import Endpoint
from stcp_shell.model.results import Accepted, Listening, SocketName, SocketRow, SocketTable
from stcp_shell.model.rows import BsdSocket, BsdSockets
from stcp_shell.net.octets import text_of
from stcp_shell.report.markdown import escaped
from stcp_shell.report.text.lines import lines
from stcp_shell.report.text.netstat import socket_lines

END = Endpoint("fe80::1%e\x1b[31m", 2121)
SHOWN = r"fe80::1%e\x1b[31m"


@pytest.mark.parametrize(
    "result",
    [
        SocketTable((SocketRow(1, True, "tcp", "connected", END, END, END),)),
        Listening(1, str(END), 5),
        Accepted(2, 1, str(END), str(END)),
        SocketName(1, "local", str(END)),
    ],
    ids=lambda result: type(result).__name__,
)
def test_a_result_shows_it(result: object) -> None:
    text = "\n".join(lines(result))
    assert SHOWN in text
    assert "\x1b" not in text


def test_netstat_shows_it() -> None:
    text = "\n".join(socket_lines(BsdSockets((BsdSocket("tcp6", None, None, END, END, ""),))))
    assert text.count(SHOWN) == 2
    assert "\x1b" not in text


def test_a_byte_and_the_text_of_its_escape_are_different() -> None:
    assert text_of(b"\x90") == r"\x90"
    assert text_of(rb"\x90") == r"\\x90"
    hard = [b"\x90", b"\\\x90", b"\\\\\x90", rb"\x90", rb"\\x90", rb"\\\x90", b"\\", b"\\\\", rb"\\x90" + b"\x90"]
    assert len(set(map(text_of, hard))) == len(hard)
    assert text_of("C:\\temp \u00fc".encode()) == "C:\\temp \u00fc"


def test_markdown_makes_no_link_of_what_a_peer_sent() -> None:
    for said in (
        "http://evil.example/",
        "www.evil.example",
        "mailto:a@evil.example",
        "[a](b)",
        "<http://x>",
        "a@b.example",
    ):
        made = escaped(said)
        assert not re.search(r"://|www\.|@|(?<!\\)\[|<", made), made
