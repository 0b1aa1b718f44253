"""The clipboard of the terminal, also over SSH: an escape sequence takes the text there (OSC 52, xterm's ctlseqs).

A terminal says neither whether it knows the sequence nor whether it took the text.
"""

from base64 import b64encode
from collections.abc import Mapping

MOST = 74_994  # characters of base64: what the most common terminals take in one sequence
_WITHOUT = ("", "dumb", "linux", "vt100", "vt102", "vt220", "ansi", "cons25")
_SCREEN = 240  # characters that GNU screen passes on at once: older versions have room for 256
_ESCAPE, _BELL = "\x1b", "\x07"


def obstacle(terminal: bool, variables: Mapping[str, str]) -> str:
    """Why there is no clipboard here; empty: there may be one. `terminal`: standard output is one."""
    if not terminal:
        return "standard output is no terminal"
    kind = variables.get("TERM", "")
    if kind in _WITHOUT:
        return f"a terminal of the kind {kind!r} (TERM) has no clipboard" if kind else "TERM does not name the terminal"
    return ""


def sequence(text: str, variables: Mapping[str, str]) -> str:
    """What puts a text on the clipboard when the terminal gets it. Raises ValueError where it is too long.

    tmux and screen pass it on when it is wrapped up (DCS). tmux takes it bare as well: which of the two it minds
    depends on its options `allow-passthrough` and `set-clipboard`, so it gets both.
    """
    plain = text.encode("utf-8", "backslashreplace")
    encoded = b64encode(plain).decode("ascii")
    if len(encoded) > MOST:
        raise ValueError(f"{len(plain)} bytes are {len(encoded)} in base64, and terminals take {MOST}")
    bare = f"{_ESCAPE}]52;c;{encoded}{_BELL}"
    if variables.get("TMUX"):
        return f"{bare}{_ESCAPE}Ptmux;{bare.replace(_ESCAPE, _ESCAPE * 2)}{_ESCAPE}\\"
    if variables.get("STY"):
        parts = [bare[start : start + _SCREEN] for start in range(0, len(bare), _SCREEN)]
        return "".join(f"{_ESCAPE}P{part}{_ESCAPE}\\" for part in parts)
    return bare


def condition(variables: Mapping[str, str]) -> str:
    """What has to be set for it besides."""
    return "tmux needs set-clipboard on, or allow-passthrough on" if variables.get("TMUX") else ""
