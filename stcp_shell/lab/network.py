"""Build the lab around the calling process.

Every node is a network namespace, and iproute2 configures it, one batch a node; only the scenarios with a firewall need
nftables. A namespace has no name under /run/netns but a file descriptor, which ip reads as `/proc/self/fd/N`: nothing
is left to remove.
"""

import os
import re
import socket
import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from time import monotonic, sleep

from . import callback, ftp, ndmp
from .client import serve
from .names import HOST_NAME, cover_names
from .namespaces import LabUnavailable, current_network, inside, isolate, new_network
from .scenarios import DEFAULT, find
from .topology import CLIENT, HOST_A, NETWORK, PORT, Scenario

RTF_LOCAL = 0x80000000  # <linux/ipv6_route.h>

# Set before a node has its devices, which take `default`. rp_filter: the asymmetric paths of this network are intended.
# accept_dad: link-local addresses are usable at once, else a router could not resolve its neighbours.
_SYSCTLS = """
    sysctl net.ipv4.conf.all.rp_filter=0
    sysctl net.ipv4.conf.default.rp_filter=0
    sysctl net.ipv4.conf.lo.rp_filter=0
    sysctl net.ipv6.conf.all.disable_ipv6=0
    sysctl net.ipv6.conf.default.disable_ipv6=0
    sysctl net.ipv6.conf.all.accept_dad=0
    sysctl net.ipv6.conf.default.accept_dad=0
"""


def enter(name: str = DEFAULT) -> dict[str, int]:
    """Move this process into the lab, onto the machine `phx_vos`, and start the client's listener.

    Call it once, before the process starts a thread. Return the nodes' network namespaces, as file descriptors that
    hold them until the process ends. Raises `LabUnavailable`; if its text says that the lab could not be built, the
    process has been moved only in part, and should end.
    """
    scenario = find(name)
    programs = _check(scenario)
    try:
        isolate(HOST_NAME)
        cover_names()
        nodes = _build(scenario, programs)
        families = [socket.AF_INET, socket.AF_INET6] if _has_ipv6() else [socket.AF_INET]
        for node in scenario.listeners:
            serve(nodes[node], PORT, families)
        if scenario.service:
            _use(nodes, families, scenario.service)
    except OSError as error:
        raise LabUnavailable(f"the lab could not be built: {error}") from error
    return nodes


def _use(nodes: Mapping[str, int], families: list[socket.AddressFamily], service: str) -> None:
    """Start the service of the host, and a client that uses it by the address on enetA."""
    port, session, request, six = {
        "ftp": (ftp.PORT, ftp.session, ftp.download, True),
        "ndmp": (ndmp.PORT, ndmp.session, ndmp.backup, False),
    }[service]
    callback.serve(nodes["host"], port, families if six else families[:1], session)
    for server, client in list(zip(HOST_A, CLIENT))[: len(families) if six else 1]:
        callback.ask(nodes["client"], request, server, client)


def _check(scenario: Scenario) -> dict[str, str]:
    """Check the requirements before anything is changed; return the paths of `ip` and, if it is needed, `nft`."""
    from shutil import which

    if sys.platform != "linux":
        raise LabUnavailable("the lab is made of Linux namespaces: it needs Linux")
    if len(os.listdir("/proc/self/task")) > 1:
        raise LabUnavailable("the lab must be entered before the process starts a thread (unshare(2), EINVAL)")
    program = which("ip")
    if program is None or os.path.basename(os.path.realpath(program)) == "busybox":  # whose ip knows no -batch
        raise LabUnavailable("the lab needs the program `ip`: install the package iproute2 (iproute on Fedora)")
    programs = {"ip": program}
    if any(re.search(r"(?m)^\s*nft ", text) for text in scenario.commands.values()):
        # Debian has it in a folder that is not in an ordinary user's PATH
        nft = which("nft", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"]))
        if nft is None:
            raise LabUnavailable(
                f"the lab scenario {scenario.name} needs the program `nft`: install the package nftables"
            )
        programs["nft"] = nft
    return programs


def _build(scenario: Scenario, programs: Mapping[str, str]) -> dict[str, int]:
    texts = dict(NETWORK)
    for node, text in scenario.commands.items():
        texts[node] = texts.get(node, "") + text
    # the first node is this process's own namespace
    nodes = {node: new_network() if place else current_network() for place, node in enumerate(texts)}
    for node in nodes:
        _furnish(node, _SYSCTLS, programs, nodes)
    for node, text in texts.items():
        _furnish(node, text, programs, nodes)
    _settle(nodes)
    return nodes


def _furnish(node: str, text: str, programs: Mapping[str, str], nodes: Mapping[str, int]) -> None:
    """Run a node's lines in order, inside its namespace; those for `ip` and `nft` in as few batches as possible."""
    with inside(nodes[node]):
        for kind, lines in batches(text, ipv6=_has_ipv6()):
            if kind == "sysctl":
                for line in lines:
                    _set(line)
            elif kind == "nft":
                _run_nft(programs["nft"], lines, node)
            else:
                _run_ip([programs["ip"], *kind.split()], lines, node, nodes)


def batches(text: str, *, ipv6: bool = True) -> Iterator[tuple[str, list[str]]]:
    """Yield a node's text as runs of lines of one kind: `sysctl`, `nft`, `-6`, or empty: plain ip.

    Without IPv6, its lines are left out.
    """
    lines = [line.strip() for line in text.splitlines()]
    kept = [line for line in lines if line and (ipv6 or not re.search(r"ipv6|\bip6\b|^-6|[0-9a-f]:", line))]
    for kind, run in groupby(kept, lambda line: (re.match(r"sysctl|nft|-6", line) or [""])[0]):
        yield kind, [line.removeprefix(kind).strip() for line in run]


def _set(assignment: str) -> None:
    """Set a kernel parameter of this namespace unless it has that value: in containers they are read-only."""
    key, value = assignment.split("=")
    path = Path("/proc/sys", *key.split("."))
    if path.read_text(encoding="ascii").strip() == value:
        return
    try:
        path.write_text(value, encoding="ascii")
    except OSError as error:
        raise LabUnavailable(f"the lab cannot set {key} ({error.strerror}): /proc/sys must be writable") from error


def _run_ip(command: list[str], lines: list[str], node: str, nodes: Mapping[str, int]) -> None:
    from subprocess import run

    text = re.sub(r"\bnetns (\S+)", lambda match: f"netns /proc/self/fd/{nodes[match[1]]}", "\n".join(lines) + "\n")
    done = run(
        [*command, "-batch", "-"], input=text, capture_output=True, text=True, pass_fds=nodes.values(), check=False
    )
    if done.returncode == 0:
        return
    failed = re.search(r"Command failed -:(\d+)", done.stderr)
    line = lines[int(failed[1]) - 1] if failed else lines[0]
    said = done.stderr.partition("\n")[0].rstrip(".")
    no_veth = "type veth" in line and re.search("Unknown device type|not supported", said)
    hint = ": it needs the kernel module veth (`modprobe veth`)" if no_veth else ""
    raise LabUnavailable(f"the lab could not be built: on {node}, `ip {line}` says: {said}{hint}")


def _run_nft(program: str, lines: list[str], node: str) -> None:
    from subprocess import run

    done = run([program, "-f", "-"], input="\n".join(lines) + "\n", capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    failed = re.match(r"[^:]*:(\d+):[^ ]* (Error: )?(.*)", done.stderr)
    line, said = (lines[int(failed[1]) - 1], failed[3]) if failed else (lines[0], done.stderr.partition("\n")[0])
    raise LabUnavailable(f"the lab could not be built: on {node}, `nft {line}` says: {said}")


def _settle(nodes: Mapping[str, int]) -> None:
    """Wait until IPv6 works: the kernel adds the routes to new addresses, and link-local addresses, a moment later.

    No delay was ever seen on an idle machine. The wait is short, as a link without a carrier is never ready.
    """
    until = monotonic() + 0.25
    for network in nodes.values():
        with inside(network):
            while _has_ipv6() and not _settled() and monotonic() < until:
                sleep(0.001)


def _settled() -> bool:
    # proc(5): address, index, prefix length, scope, flags, name; and the flags of a route are its ninth field
    addresses = [line.split() for line in Path("/proc/thread-self/net/if_inet6").read_text().splitlines()]
    routes = [line.split() for line in Path("/proc/thread-self/net/ipv6_route").read_text().splitlines()]
    local = {route[0] for route in routes if int(route[8], 16) & RTF_LOCAL}
    devices = {address[5] for address in addresses} - {"lo"}
    linked = {address[5] for address in addresses if address[0].startswith("fe80")}
    return devices == linked and all(address[0] in local for address in addresses)


def _has_ipv6() -> bool:
    return os.path.exists("/proc/net/if_inet6")
