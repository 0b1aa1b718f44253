"""Who has a socket: the process where this user may look into it, else the control group's unit, else the user."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ...model.callback import Owner

_MOUNTS = "/proc/self/mounts"
_MOST_GROUPS = 20_000  # folders that are looked at
_UNITS = (".service", ".scope", ".socket", ".slice")


class Owners:
    """Owners of sockets; processes are looked through only if a socket is new."""

    def __init__(self) -> None:
        self._processes: dict[int, Owner] = {}  # by the inode of the socket
        self._missed: set[int] = set()
        self._units: dict[int, str] | None = None  # by the id of the control group

    def owner(self, inode: int, cgroup: int, uid: int) -> Owner:
        """Return who has the socket with that inode (0: none has)."""
        if inode and inode not in self._processes and inode not in self._missed:
            self._processes.update(_sockets())
            if inode not in self._processes:
                self._missed.add(inode)
        process = self._processes.get(inode, Owner()) if inode else Owner()
        return process._replace(unit=self._unit(cgroup), uid=uid if inode else None)

    def _unit(self, cgroup: int) -> str | None:
        if not cgroup:
            return None
        if self._units is None:
            self._units = dict(_groups())
        return self._units.get(cgroup)


def _sockets() -> Iterator[tuple[int, Owner]]:
    """Yield the sockets of the processes that this user may look into (proc(5), /proc/PID/fd)."""
    for pid in _names("/proc"):
        if not pid.isdecimal():
            continue
        for number in _names(f"/proc/{pid}/fd"):
            try:
                target = os.readlink(f"/proc/{pid}/fd/{number}")
            except OSError:
                continue
            if target.startswith("socket:["):
                yield int(target[8:-1]), Owner(int(pid), _command(pid))


def _command(pid: str) -> str | None:
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().rstrip("\n")
    except OSError:
        return None


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _groups() -> Iterator[tuple[int, str]]:
    """Yield the id and the systemd unit of each control group: its id is the inode of its folder (cgroup v2).

    Folders of version 1, which hybrid systems have beside it, have inodes of their own, which are no ids.
    """
    number = 0
    for mount in _mounts():
        for folder, _, _ in os.walk(mount):
            number += 1
            if number > _MOST_GROUPS:
                return
            name = os.path.basename(folder)
            if name.endswith(_UNITS):
                try:
                    yield os.stat(folder).st_ino, name
                except OSError:
                    continue


def _mounts() -> Iterator[str]:
    """Yield where cgroup v2 is mounted (proc_pid_mounts(5))."""
    try:
        with open(_MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
            for line in file:
                _, place, kind, *_ = line.split()
                if kind == "cgroup2":
                    yield place
    except (OSError, ValueError):
        return
