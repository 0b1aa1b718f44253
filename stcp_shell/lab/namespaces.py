"""Namespaces for the calling process, without a helper program.

Python has `os.unshare` and `os.setns` only since 3.12, and no `mount`: these are the C library's own, called by
ctypes. A namespace lives as long as a process is in it or a file descriptor refers to it (namespaces(7)). All
descriptors here are close-on-exec, so that no child keeps one.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import StcpError

# <linux/sched.h>, <sys/mount.h>
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x04000000, 0x10000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000

# Settings of the kernel, Debian and Ubuntu: the value that forbids user namespaces, and one that allows them.
_SWITCHES = (
    ("user.max_user_namespaces", "0", "15000"),
    ("kernel.unprivileged_userns_clone", "0", "1"),
    ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
)


class LabUnavailable(StcpError):
    """The lab cannot be built. Its text is one line, which says what to allow, to install or to type."""


def isolate(host_name: str) -> None:
    """Move this process into its own user, network, mount and UTS namespaces, as root, with that host name.

    Real root does without the user namespace if only that is forbidden. Raises `LabUnavailable`, OSError. The
    process must have one thread (unshare(2)).
    """
    rooms = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS
    # setgroups must be given up before an unprivileged user may map a group (user_namespaces(7))
    maps = {"setgroups": "deny", "uid_map": f"0 {os.geteuid()} 1", "gid_map": f"0 {os.getegid()} 1"}
    try:
        _call("unshare", CLONE_NEWUSER | rooms)
    except OSError as refused:
        maps = {}
        try:
            _call("unshare", rooms)  # only root may do this
        except OSError:
            raise LabUnavailable(_forbidden(refused)) from refused
    try:
        for file, text in maps.items():
            with open(f"/proc/self/{file}", "w", encoding="ascii") as stream:
                stream.write(text)
        mount(None, "/", MS_REC | MS_PRIVATE)  # else what is mounted here would show outside
        socket.sethostname(host_name)
    except PermissionError as refused:
        # AppArmor permits a new user namespace, and then forbids the calls that need it
        raise LabUnavailable(_forbidden(refused)) from refused


def _forbidden(error: OSError) -> str:
    """Return one line that says which setting of this host to change."""
    said = f"the lab needs user namespaces, and this system forbids them ({error.strerror})"
    otherwise = "start the container with --cap-add SYS_ADMIN" if os.geteuid() == 0 else "run it as root"
    for name, forbids, allows in _SWITCHES:
        if _read(f"/proc/sys/{name.replace('.', '/')}") == forbids:
            return f"{said}: allow them with `sysctl -w {name}={allows}`, or {otherwise}"
    return f"{said}: {otherwise}, or allow unshare(2) in the container's seccomp profile"


def new_network() -> int:
    """Make a network namespace and return the file descriptor that holds it; this thread does not enter it."""
    home = current_network()
    try:
        _call("unshare", CLONE_NEWNET)
        fd = current_network()
        _call("setns", home, CLONE_NEWNET)
    finally:
        os.close(home)
    return fd


def current_network() -> int:
    """Return a file descriptor of this thread's network namespace."""
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


@contextmanager
def inside(network: int) -> Iterator[None]:
    """For a `with` block move this thread, and what it starts and opens, into that network namespace."""
    home = current_network()
    try:
        _call("setns", network, CLONE_NEWNET)
        try:
            yield
        finally:
            _call("setns", home, CLONE_NEWNET)
    finally:
        os.close(home)


def mount(source: str | None, target: str, flags: int) -> None:
    """mount(2) without a file system type: bind mounts and changes of propagation. Raises OSError."""
    from ctypes import c_ulong

    _call("mount", source and os.fsencode(source), os.fsencode(target), None, c_ulong(flags), None)


def _call(name: str, *arguments: Any) -> None:
    """Call a system call's wrapper in the C library. Raises OSError with its errno if it returns -1."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return None
