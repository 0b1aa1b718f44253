"""Passwords in lines and in what a peer sends: they are never shown again, logged, or kept in the history."""

import re

MASK = "***"
# What stands before a secret: FTP (RFC 959), SMTP and POP (RFC 4954), HTTP (RFC 9110, 11.6.2), and names of values.
_NAMED = r"\w*(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY)\w*"
_BEFORE = (
    r"(?im)(?:(?:^|'|\\n|\bsend\s(?:-line\s)?)\s*(?:(?:PASS|ACCT)\s+|AUTH\s+[\w-]+\s+)"
    r"|(?:\b|\\n)(?:Proxy-)?Authorization:\s*(?:[A-Za-z]+\s+)?"
    rf"|\bset\s+(?:-default\s+)?{_NAMED}\s+"
    rf"|\b{_NAMED}\s*[=:]\s*"
    r"|\bsend\s+(?:-line\s+)?-secret\s+(?:-line\s+)?)'?(?=[^\s'])"
)
_LIKELY = ("pass", "acct", "auth", "secret", "token", "key")


def masked(text: str) -> str:
    """Return a line of the language, or data of a peer, with `***` in the place of what follows PASS, AUTH, ..."""
    lower = text.lower()
    if not any(word in lower for word in _LIKELY):
        return text
    made, place = "", 0
    for found in re.finditer(_BEFORE, text):
        if found.start() < place:
            continue
        quoted = text.count("'", 0, found.end()) % 2
        end = _end(text, found.end(), "'\r\n" if quoted else ";\r\n")
        made += text[place : found.end()] + MASK
        place = end
    return made + text[place:]


def is_secret(name: str) -> bool:
    """Return whether a variable's name says that its value is a secret."""
    return re.fullmatch(_NAMED, name, re.IGNORECASE) is not None


def _end(text: str, start: int, ends: str) -> int:
    """Return where a secret ends: at one of these characters, but not at two apostrophes, which stand for one."""
    place = start
    while place < len(text) and text[place] not in ends:
        place += 1
        if text[place : place + 2] == "''" and "'" in ends:
            place += 2
    return place
