"""`copy`: what a terminal gets, through tmux and screen, and where there is no clipboard."""

import re
from base64 import b64decode
from pathlib import Path

import pytest
from programs import run
from terminals import Terminal

from stcp_shell.commands.clipboard import MOST, obstacle, sequence

OSC = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


def copied(
    state: Path, line: str, *words: str, term: str = "xterm-256color", **variables: str
) -> tuple[int, bytes, str]:
    """How it ended, what the terminal got, and what is to be seen."""
    outside = {"TMUX": "", "STY": ""}
    with Terminal(state, *words, "-c", line, term=term, size=(40, 300), **(outside | variables)) as terminal:
        status = terminal.end()
        return status, terminal.log, " ".join(terminal.text.split())


def test_a_terminal_gets_the_ticket(tmp_path: Path) -> None:
    status, got, seen = copied(tmp_path, "note grüße; copy")
    (encoded,) = OSC.findall(got)
    ticket = b64decode(encoded).decode()
    assert status == 0
    assert ticket.startswith("Session log of stcp-shell")
    assert "note: grüße\n" in ticket
    assert f"{len(ticket.encode())} bytes sent to the terminal's clipboard; the terminal does not confirm it" in seen


def test_other_formats_and_redaction(tmp_path: Path) -> None:
    status, got, _ = copied(tmp_path, "note 10.1.1.1; copy -format jsonl -redact")
    (encoded,) = OSC.findall(got)
    assert status == 0
    assert b'"type": "note"' in b64decode(encoded)
    assert b"10.1.1.1" not in b64decode(encoded)


def test_at_the_prompt(tmp_path: Path) -> None:
    with Terminal(tmp_path, TMUX="", STY="") as terminal:
        terminal.prompt()
        terminal.run("copy")
        terminal.wait("the terminal does not confirm it")
        assert len(OSC.findall(terminal.log)) == 1


def test_tmux_gets_it_bare_and_wrapped_up(tmp_path: Path) -> None:
    status, got, _ = copied(tmp_path, "copy", TMUX="/tmp/tmux-0/default,1,0")
    assert status == 0
    assert b"(tmux needs set-clipboard on, or allow-passthrough on)" in got
    (wrapped,) = re.findall(rb"\x1bPtmux;(.*?[^\x1b])\x1b\\", got, re.DOTALL)
    (encoded,) = OSC.findall(wrapped.replace(b"\x1b\x1b", b"\x1b"))
    assert encoded == OSC.findall(got)[0]


def test_screen_gets_it_in_parts(tmp_path: Path) -> None:
    status, got, _ = copied(tmp_path, f"note {'x' * 900}; copy", STY="1.pts-0.host")
    parts = re.findall(rb"\x1bP(.{1,240}?)\x1b\\", got, re.DOTALL)
    assert status == 0
    assert len(parts) > 3
    assert len(OSC.findall(b"".join(parts))) == 1


@pytest.mark.parametrize("term", ["dumb", "linux", ""])
def test_a_terminal_without_a_clipboard(tmp_path: Path, term: str) -> None:
    status, got, seen = copied(tmp_path, "copy", term=term)
    assert status == 1
    assert OSC.findall(got) == []
    assert "-c:1: copy: " in seen
    assert "log -save FILE" in seen


def test_what_is_no_terminal(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", "copy")
    assert done.status == 1
    assert done.err == "-c:1: copy: standard output is not a terminal: use log -save FILE instead\n"
    assert "\x1b" not in done.out


def test_a_ticket_that_is_too_long(tmp_path: Path) -> None:
    line = "; ".join(f"note {number} {'x' * 1000}" for number in range(60))
    status, got, seen = copied(tmp_path, f"{line}; copy -format jsonl")
    assert status == 1
    assert OSC.findall(got) == []
    assert re.search(
        rf"too long: \d+ bytes are \d+ in base64, and terminals accept {MOST}; use log -save FILE instead", seen
    )


@pytest.mark.parametrize("hostile", ["\x1b]0;title\x07", "\ud800", "\x00\n\x1b\\", "a" * 56_000])
def test_any_text_is_base64(hostile: str) -> None:
    (encoded,) = OSC.findall(sequence(hostile, {}).encode("ascii"))
    assert b64decode(encoded).decode() == hostile.encode("utf-8", "backslashreplace").decode()
    with pytest.raises(ValueError, match="in base64"):
        sequence(hostile + "a" * 56_300, {})


def test_the_limit() -> None:
    assert len(OSC.findall(sequence("a" * (MOST // 4 * 3), {}).encode())) == 1
    assert obstacle(True, {"TERM": "xterm"}) == ""
