"""A random multi-homed host in this process's namespace: what its pasted tables predict, and what its kernel does."""

from __future__ import annotations

import errno
import random
import socket
import subprocess

from stcp_shell.diagnosis.prediction import predict
from stcp_shell.pasted.host import Host
from stcp_shell.pasted.prefixes import Prefixes
from stcp_shell.pasted.reading import read
from stcp_shell.pasted.text import decode

TABLES = ("ip addr", "ip rule", "ip route show table all")
TARGETS = ("172.16.1.9", "172.16.3.9", "10.1.2.99", "10.3.9.9", "198.51.100.7", "203.0.113.5", "127.0.0.1")
_OWN_ERRORS = ("EHOSTUNREACH", "ENETUNREACH", "EACCES", "EINVAL")


def predictions(seed: int) -> list[tuple[str, str, str | None, str | None, str]]:
    """Return for each destination: what connect(2) chose, and source, outcome and level of the prediction."""
    own = _built(random.Random(seed))
    shown = "".join(f"# {command}\n{_said(command)}\n" for command in TABLES)
    host = Host("random")
    read(decode(shown.encode()), "shown", host)
    assert not list(host.unread()), list(host.unread())
    found = []
    for target in (*TARGETS, *own[:2]):
        said = predict(host, Prefixes(host), target)
        found.append((target, _connected(target), said.source, said.outcome, said.level))
    return found


def _said(command: str) -> str:
    return subprocess.run(command.split(), capture_output=True, text=True, check=True).stdout


def _connected(target: str) -> str:
    """Return the source address that connect(2) of TCP chooses, or its error; the SYN leaves no namespace."""
    subprocess.run(["ip", "neigh", "flush", "all"], capture_output=True, check=True)  # no gateway is known to be dead
    with socket.socket() as sock:
        sock.setblocking(False)
        try:
            sock.connect((target, 9))
        except (BlockingIOError, ConnectionRefusedError):
            pass
        except OSError as error:
            name = errno.errorcode[error.errno or 0]
            assert name in _OWN_ERRORS, name
            return name
        return str(sock.getsockname()[0])


def _built(chance: random.Random) -> list[str]:
    """Make the host; what `ip` refuses is left out. Return its addresses."""
    count = chance.randint(1, 3)
    lines = ["link set lo up"]
    networks: list[str] = []
    own: list[str] = []
    for number in range(count):
        lines += [
            f"link add e{number} type veth peer name p{number}",
            f"link set e{number} up",
            f"link set p{number} up",
        ]
        for _ in range(chance.randint(0, 3)):
            again = networks and chance.random() < 0.35
            networks.append(chance.choice(networks) if again else f"10.{chance.randint(0, 3)}.{chance.randint(0, 3)}")
            own.append(f"{networks[-1]}.{chance.randint(2, 250)}")
            scope = " scope link" * (chance.random() < 0.1)
            lines.append(f"addr add {own[-1]}/{chance.choice((24, 24, 24, 32, 16))} dev e{number}{scope}")
    if chance.random() < 0.3:
        own.append("192.0.2.1")
        lines.append("addr add 192.0.2.1/32 dev lo")
    if count > 1 and chance.random() < 0.2:
        lines.append("link set e0 down")
    lines += [_route(chance, count, networks, own) for _ in range(chance.randint(1, 6))]
    lines += [_rule(chance, own) for _ in range(chance.randint(0, 3))]
    subprocess.run(["ip", "-force", "-batch", "-"], input="\n".join(lines) + "\n", capture_output=True, text=True)  # noqa: PLW1510
    return own


def _route(chance: random.Random, count: int, networks: list[str], own: list[str]) -> str:
    near, far = f"10.{chance.randint(0, 3)}.0.0/16", f"172.16.{chance.randint(0, 3)}.0/24"
    to = chance.choice(("default", near, far, "172.16.0.0/12", "198.51.100.7"))
    table = f" table {chance.choice((100, 200))}" if chance.random() < 0.3 else ""
    if chance.random() < 0.12:
        return f"route append {chance.choice(('unreachable', 'prohibit', 'blackhole', 'throw'))} {to}{table}"
    gateway = f"{chance.choice(networks)}.1" if networks else "10.9.9.1"
    more = f" metric {chance.choice((0, 10, 20))}" if chance.random() < 0.5 else ""
    more += f" src {chance.choice(own)}" if own and chance.random() < 0.25 else ""
    if chance.random() < 0.12:
        return f"route append {to} dev e{chance.randrange(count)}{more}{table}"
    if count > 1 and chance.random() < 0.12:
        hops = "".join(f" nexthop via {gateway} dev e{number} onlink" for number in (0, 1))
        return f"route append {to}{table}{hops}"
    onlink = " onlink" * (chance.random() < 0.6)
    return f"route append {to} via {gateway} dev e{chance.randrange(count)}{onlink}{more}{table}"


def _rule(chance: random.Random, own: list[str]) -> str:
    source = chance.choice(own) if own else "10.0.0.9"
    selectors = ("from all", f"from {source}", f"not from {source}", "from all to 172.16.1.0/24", "from all fwmark 7")
    what = chance.choice((*selectors, "from all iif lo", "from all ipproto udp"))
    actions = (
        "lookup 100",
        "lookup 200",
        "lookup main suppress_prefixlength 0",
        "unreachable",
        "prohibit",
        "goto 32766",
    )
    return f"rule add {what} pref {chance.randint(1, 999) * 10} {chance.choice(actions)}"
