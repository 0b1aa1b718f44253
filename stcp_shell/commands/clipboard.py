"""The terminal's clipboard, also over SSH: an escape sequence carries the text there (OSC 52, xterm's ctlseqs).

A terminal does not report whether it supports the sequence, nor whether it accepted the text.
"""

from base64 import b64encode
from collections.abc import Mapping

MOST = 74_994  # characters of base64 that the most common terminals accept in one sequence
_WITHOUT = ("", "dumb", "linux", "vt100", "vt102", "vt220", "ansi", "cons25")
_SCREEN = 240  # characters that GNU screen forwards in one piece: older versions have room for 256
_ESCAPE, _BELL = "\x1b", "\x07"


def obstacle(terminal: bool, variables: Mapping[str, str]) -> str:
    """Return why there is no clipboard here; empty: there may be one. `terminal`: standard output is a terminal."""
    if not terminal:
        return "standard output is not a terminal"
    kind = variables.get("TERM", "")
    if kind in _WITHOUT:
        return f"a terminal of type {kind!r} (TERM) has no clipboard" if kind else "TERM is not set or empty"
    return ""


def sequence(text: str, variables: Mapping[str, str]) -> str:
    """Return the sequence that puts a text on the terminal's clipboard. Raises ValueError if the text is too long.

    tmux and screen forward the sequence if it is wrapped (DCS). tmux also accepts it unwrapped: its options
    `allow-passthrough` and `set-clipboard` decide which of the two it obeys, so it gets both.
    """
    plain = text.encode("utf-8", "backslashreplace")
    encoded = b64encode(plain).decode("ascii")
    if len(encoded) > MOST:
        raise ValueError(f"{len(plain)} bytes are {len(encoded)} in base64, and terminals accept {MOST}")
    bare = f"{_ESCAPE}]52;c;{encoded}{_BELL}"
    if variables.get("TMUX"):
        return f"{bare}{_ESCAPE}Ptmux;{bare.replace(_ESCAPE, _ESCAPE * 2)}{_ESCAPE}\\"
    if variables.get("STY"):
        parts = [bare[start : start + _SCREEN] for start in range(0, len(bare), _SCREEN)]
        return "".join(f"{_ESCAPE}P{part}{_ESCAPE}\\" for part in parts)
    return bare


def condition(variables: Mapping[str, str]) -> str:
    """Return the settings that the clipboard also needs, as a text; empty: none."""
    return "tmux needs set-clipboard on, or allow-passthrough on" if variables.get("TMUX") else ""
