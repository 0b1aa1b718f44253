"""Connections of this child, watched by itself, in a network namespace of its own."""

from __future__ import annotations

import os
import select
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

from children.world import batch, deny_netlink
from stcp_shell.net.sockets import events, sock_diag, source
from stcp_shell.net.sockets.peers import Peers
from stcp_shell.net.sockets.watcher import Followed, Watcher

UNIT = "stcp-shell-test-"
HERE, PEER = "127.0.0.1", "127.0.0.2"
ABORT = struct.pack("ii", 1, 0)  # SO_LINGER


def loopback() -> None:
    """Bring loopback up, in a new network namespace."""
    batch("link set lo up\n")


def seen(each: Followed) -> list[Any]:
    role = "B" if each.by_this_host else "A"
    return [role, each.opened, each.local.address, each.remote.address, each.state, each.ended, each.syns]


def _watch(*peers: str) -> Watcher:
    watcher = Watcher(Peers(peers or (PEER,)), (), time.time)
    list(watcher.step(0.0))
    return watcher


def _steps(watcher: Watcher, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        list(watcher.step(0.1))


def _finish(watcher: Watcher) -> list[list[Any]]:
    _steps(watcher, 1.3)
    watcher.close()
    return [seen(each) for each in watcher.connections]


def _connect(port: int, bound: str = "", blocking: bool = False) -> socket.socket:
    sock = socket.socket()
    if bound:
        sock.bind((bound, 0))
    sock.setblocking(blocking)
    with suppress(OSError):
        sock.connect((PEER, port))
    return sock


def refused(number: int) -> list[Any]:
    """What was seen of so many refused connects: at once, in turn blocking or not, bound or not."""
    watcher = _watch()
    for each in range(number):
        _connect(1, HERE if each % 4 < 2 else "", each % 2 == 0).close()
    found = _finish(watcher)
    return [watcher.lost, len(found), sorted({(role, ended) for role, _, _, _, _, ended, _ in found})]


def roles() -> list[list[Any]]:
    """An A, whose listener is gone, which the peer closes first, and a B, which this host closes first."""
    with socket.create_server((HERE, 0)) as there, socket.create_server((PEER, 0)) as far:
        client = socket.socket()
        client.bind((PEER, 0))
        client.connect(there.getsockname())
        accepted, _ = there.accept()
        there.close()
        watcher = _watch()
        back = _connect(far.getsockname()[1], blocking=True)
        other, _ = far.accept()
        _steps(watcher, 1.2)
        back.close()  # this host first
        other.close()
        client.close()  # the peer first
        _steps(watcher, 1.2)
        accepted.close()
    return _finish(watcher)


def one_shot() -> list[Any]:
    """An A to a listener that nobody saw; whether its role is a guess, and what it is when counters have decided."""
    watcher = _watch()
    with socket.create_server((HERE, 0)) as there:
        client = socket.create_connection(there.getsockname(), source_address=(PEER, 0))
        accepted, _ = there.accept()
    client.close()
    accepted.recv(1)
    accepted.close()
    found = _finish(watcher)
    (known,) = watcher.connections
    guessed = known.guessed
    known.decide(False)
    return [len(found), guessed, known.guessed, known.by_this_host, known.ended]


def half_closed() -> list[list[Any]]:
    """A B that this host closes while the peer keeps it open; the event of its end comes after the next look."""

    def late(seconds: float) -> Iterator[sock_diag.Row]:
        time.sleep(seconds)
        return iter(())

    with socket.create_server((PEER, 0)) as far:
        watcher = _watch()
        back = _connect(far.getsockname()[1], blocking=True)
        other, _ = far.accept()
        _steps(watcher, 1.2)
        back.close()
        with patch.object(watcher._source, "ended", late):
            _steps(watcher, 1.2)
        found = _finish(watcher)
        other.close()
    return found


def reset() -> list[list[Any]]:
    """A B that the peer resets once it is connected."""
    with socket.create_server((PEER, 0)) as far:
        watcher = _watch()
        back = _connect(far.getsockname()[1], blocking=True)
        other, _ = far.accept()
        other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        other.close()
        with suppress(OSError):
            back.recv(1)
        back.close()
    return _finish(watcher)


def busy(number: int) -> list[int]:
    """Events that were lost, and connections that were seen, while so many others end and one to the peer."""
    watcher = _watch()
    with socket.create_server((HERE, 0), backlog=64) as there:
        for each in range(number):
            if each == number // 2:
                _connect(1).close()
            one = socket.create_connection(there.getsockname())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
            one.close()
            there.accept()[0].close()
    found = _finish(watcher)
    return [watcher.lost, len(found)]


def filters(peers: list[str], tried: list[str]) -> list[list[str]]:
    """Of these remote addresses: which the dump lets pass, which the events, and which are peers."""
    known = Peers(tuple(peers))
    listening = [socket.create_server((address, 0), family=_family(address)) for address in tried]
    ended = events.Events(known)
    open_ones = []
    for listener in listening:
        one = socket.socket(listener.family)
        one.connect(listener.getsockname())
        open_ones.append(one)
    dumped = {
        row.destination.address
        for family in known.families
        for row in sock_diag.rows(family, 1 << 1, known.bytecode())
        if row.destination.port in {listener.getsockname()[1] for listener in listening}
    }
    for one in open_ones:
        one.close()
    ports = {listener.getsockname()[1] for listener in listening}
    meant = sorted(address for address in tried if address in known)
    told: set[str] = set()
    while not told.issuperset(meant) and select.select([ended], [], [], 5.0)[0]:
        told.update(row.destination.address for row in ended.read() if row.destination.port in ports)
    return [sorted(dumped), sorted(told), meant]


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def mapped() -> list[list[Any]]:
    """A B of a socket of IPv6 to an IPv4-mapped address."""
    with socket.create_server((PEER, 0)) as far:
        watcher = _watch()
        back = socket.socket(socket.AF_INET6)
        back.connect((f"::ffff:{PEER}", far.getsockname()[1]))
        found = _finish(watcher)
        back.close()
    return found


def as_nobody() -> list[Any]:
    """What a user without any right sees of the connections of root."""
    with socket.create_server((PEER, 0)) as far:
        back = _connect(far.getsockname()[1], blocking=True)
        if os.getuid() == 0:
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
        watcher = _watch()
        _connect(1).close()
        found = _finish(watcher)
        back.close()
    return found


def without_netlink() -> list[Any] | None:
    """What is seen where netlink is denied, and what is said to be missed."""
    far = socket.create_server((PEER, 0))
    if not deny_netlink():
        return None
    watcher = _watch()
    back = _connect(far.getsockname()[1], blocking=True)
    _steps(watcher, 1.2)
    back.close()
    far.accept()[0].close()
    found = _finish(watcher)
    return [found, watcher.missed, isinstance(source.opened(Peers((PEER,))), source.Proc)]


def hide_processes() -> None:
    """Mount /proc so that a user sees the own processes only (hidepid, proc(5)); in a mount namespace of its own."""
    subprocess.run(["mount", "-t", "proc", "-o", "hidepid=2", "proc", "/proc"], check=True)


def in_unit(folder: str) -> list[str | None] | None:
    """The systemd units of a B whose program nobody may look into; None: control groups cannot be mounted here."""
    done = subprocess.run(["mount", "-t", "cgroup2", "none", folder], check=False)
    if done.returncode:
        return None
    unit = Path(folder, f"{UNIT}{os.getpid()}.service")  # the groups are those of all mounts
    unit.mkdir()
    (unit / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")
    try:
        with socket.create_server((PEER, 0)) as far:
            back = _connect(far.getsockname()[1], blocking=True)
            watcher = _watch()
            owner = watcher.connections[0].owner
            watcher.close()
            back.close()
    finally:
        Path(folder, "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")
        unit.rmdir()
    return [owner.unit]


def flooded(number: int) -> list[int]:
    """How often events were lost that nobody read, from a small buffer, and whether they still come afterwards."""
    ended = events.Events(Peers((f"{PEER}/8",)))
    descriptor = socket.socket(fileno=os.dup(ended.fileno()))
    descriptor.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    for _ in range(number):
        _connect(1).close()
    select.select([], [], [], 0.3)  # the kernel tells of them a moment later
    list(ended.read())
    _connect(1).close()
    select.select([ended], [], [], 5.0)
    return [ended.lost, len(list(ended.read()))]
