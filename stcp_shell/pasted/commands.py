"""Prompts and commands that were pasted along with tables."""

from __future__ import annotations

import re

# What stands after the prompt. Case matters: `IP Address. . .` is no command.
_COMMAND = re.compile(
    r"(?:^|(?<=[$#%>:)\]} ]))((?:sudo |/(?:usr/)?s?bin/)*(?:"
    r"ip (?:-\S+ )*(?:a|ad|addr|address|r|ro|route|ru|rule|l|link|n|neigh|vrf)\b.*|"
    r"(?:ifconfig|netstat|ipconfig)(?: [-/\w.:,]+)*|"
    r"route(?: -\S+| print| show| get| -4| -6)[^:]*|"
    r"show (?:ip|ipv6|interface|route|run)\b.*|"
    r"(?:Get|Find|Set|New)-Net\w+.*|"
    r"cat /proc/net/\w+|routeShow.*|uname .*|hostname|networksetup .*|ipadm .*|ndd .*|lsattr .*|oslevel.*|netsh .*"
    r"))\s*$"
)
_PROMPT = re.compile(
    r"(?:\[?[\w.-]+@(?P<at>[\w.-]+)[^$#%>]*|(?P<name>[\w.-]+)(?:\([\w-]+\))?)?[$#%>] ?$|PS(?: [A-Z]:\S*)?> ?$"
    r"|(?P<drive>[A-Z]):\\[^>]*> ?$|.*[$#%>:)] ?$"
)
# A prompt that nothing was typed behind.
_ALONE = re.compile(
    r"\[?[\w.-]+@(?P<at>[\w.-]+)[ :][^\s$#%>]*\]?[$#%>] ?$|(?P<name>[A-Za-z][\w.-]*)(?:\([\w-]+\))?[#>] ?$"
)
_VOS_READY = re.compile(r"\s*ready +\d\d:\d\d:\d\d\s*$")


def typed(line: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the host of the prompt, or an empty text, and the words of the command; None: the line is no command."""
    if _VOS_READY.match(line):
        return "", ()
    found = _COMMAND.search(line)
    if not found:
        alone = _ALONE.match(line)
        return (alone["at"] or alone["name"], ()) if alone else None
    before = line[: found.start(1)].strip()
    if before:
        prompt = _PROMPT.match(before)
        if not prompt:
            return None
        host = prompt["at"] or prompt["name"] or ""
    else:
        host = ""
    words = found[1].split()
    while words[0] == "sudo":
        words = words[1:]
    return host, (words[0].rsplit("/", 1)[-1], *words[1:])
