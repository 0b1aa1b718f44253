"""Settings of this host's kernel (/proc/sys/net, ip-sysctl), which every user may read."""

from __future__ import annotations

_ROOT = "/proc/sys/net"


def setting(name: str) -> int | None:
    """Return a setting by its sysctl(8) name below `net`, with `/` in place of `.`; None if it cannot be read."""
    try:
        with open(f"{_ROOT}/{name}", encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def of_interface(interface: str, name: str) -> int | None:
    """Return an IPv4 setting of an interface; None if it cannot be read."""
    if "/" in interface or interface in (".", ".."):
        return None
    return setting(f"ipv4/conf/{interface}/{name}")


def port_range() -> tuple[int, int] | None:
    """Return the first and the last ephemeral port (ip_local_port_range); None if it cannot be read."""
    try:
        with open(f"{_ROOT}/ipv4/ip_local_port_range", encoding="ascii") as file:
            first, last = file.read().split()
            return int(first), int(last)
    except (OSError, ValueError):
        return None
