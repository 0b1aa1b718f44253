"""What is predicted from the pasted tables of random hosts, beside what their kernel chooses."""

from __future__ import annotations

import errno
import os
import random
import socket
from typing import NamedTuple

from children import world
from random_hosts import batch, build

from stcp_shell.diagnosis.prediction import predict
from stcp_shell.lab.namespaces import inside, new_network
from stcp_shell.pasted.host import Host
from stcp_shell.pasted.prefixes import Prefixes
from stcp_shell.pasted.reading import read
from stcp_shell.pasted.text import decode

COMMANDS = ("ip addr", "ip rule", "ip -6 rule", "ip route show table all")
OUTCOMES = {"ENETUNREACH": "no-route", "EHOSTUNREACH": "unreachable", "EINVAL": "unreachable", "EACCES": "prohibited"}


class Checked(NamedTuple):
    """A prediction beside what connect(2) and `ip route get` say."""

    target: str
    kernel: str  # the source address, or the outcome
    said: str  # the prediction
    level: str
    hop: bool | None  # whether next hop and interface are right too; None: not compared

    @property
    def verdict(self) -> str:
        """`right`, `unknown` or `wrong`."""
        return "unknown" if self.level == "unknown" else "right" if self.said == self.kernel else "wrong"


def tables() -> str:
    """Return what a user would paste: the commands, and what they print."""
    for _ in range(50):
        shown = "".join(f"# {command}\n{world.ip(*command.split()[1:])}" for command in COMMANDS)
        if " tentative" not in shown.partition("# ip rule")[0]:
            break
    return shown


def connected(target: str) -> str:
    """Return the source address that connect(2) chooses, or the outcome: of a refusal that which TCP meets."""
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    multicast = target.startswith(("ff", "224."))
    for kind in (socket.SOCK_STREAM,) if multicast else (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(family, kind) as sock:
            sock.setblocking(False)
            try:
                sock.connect((target, 9))
                return str(sock.getsockname()[0])
            except BlockingIOError:
                return str(sock.getsockname()[0])
            except OSError as error:
                name = errno.errorcode[error.errno or 0]
    return OUTCOMES.get(name, name)


def _gets(sources: dict[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """Return next hop and interface by destination, as `ip route get` says them."""
    found = {}
    for option, colon in (("-4", False), ("-6", True)):
        asked = {to: source for to, source in sources.items() if (":" in to) == colon}
        lines = [f"route get {to}" + ("" if colon else f" from {source}") for to, source in asked.items()]
        for line in batch("\n".join(lines), option, "-o").splitlines() if lines else []:
            words = line.split()
            if words[0] == "local":
                continue  # the kernel's row names the card, and its answer the loopback interface
            to = words[0]
            via = words[words.index("via") + 1] if "via" in words else None
            via = words[words.index("via") + 2] if via in ("inet", "inet6") else via
            found[to] = (via, words[words.index("dev") + 1] if "dev" in words else None)
    return found


def check(seed: int) -> list[Checked]:
    """Make the host of a seed in this namespace, and compare the predictions with its kernel."""
    targets = build(random.Random(seed))
    host = Host("random")
    read(decode(tables().encode()), "pasted", host)
    unread = list(host.unread())
    assert not unread, unread
    prefixes = Prefixes(host)
    kernel = {target: connected(target) for target in targets}
    gets = _gets({to: source for to, source in kernel.items() if source not in {*OUTCOMES.values()}})
    found = []
    for target in targets:
        said = predict(host, prefixes, target)
        hop = gets.get(target)
        same = None
        several = any(each.startswith("equal routes") for each in said.missing)
        if hop and not several and said.level != "unknown" and said.source == kernel[target]:
            same = hop == (said.next_hop, said.interface)
        found.append(Checked(target, kernel[target], said.outcome or said.source or "", said.level, same))
    return found


def checks(first: int, count: int) -> list[tuple[int, Checked, str]]:
    """Check hosts, each in a network namespace of its own below this one: seed, check and verdict of each."""
    found = []
    for seed in range(first, first + count):
        network = new_network()
        try:
            with inside(network):
                found += [(seed, each, each.verdict) for each in check(seed)]
        finally:
            os.close(network)
    return found
