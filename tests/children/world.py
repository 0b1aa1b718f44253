"""A network namespace full of what routing tables can hold, as a test's child builds it with ip(8)."""

from __future__ import annotations

import ctypes
import json
import platform
import struct
import subprocess
from pathlib import Path
from typing import Any

LINKS = """
link set lo up
link add enetA type veth peer name farA
link add enetZ type veth peer name farZ
link add down0 type bridge
link set enetA up
link set enetZ up
link set farA up
link set farZ up
"""

ADDRESSES = """
addr add 172.16.1.50/24 brd + dev enetA
addr add 172.16.1.51/24 dev enetA label enetA:1
addr add 10.9.0.1/32 dev enetA
addr add 169.254.7.7/16 dev enetA scope link
addr add 192.168.77.50/24 brd + dev enetZ
addr add 10.8.0.1 peer 10.8.0.2/32 dev farA
addr add fd00:a::50/64 dev enetA
addr add fd00:a::51/64 dev enetA valid_lft 1000 preferred_lft 0
addr add fd00:b::1 peer fd00:b::2 dev farZ
"""

ROUTES = """
route add default via 192.168.77.1
route add default via 172.16.1.1 metric 200
route add 20.0.0.0/8 via 172.16.1.2 src 172.16.1.51
route add 21.0.0.0/8 nexthop via 172.16.1.1 weight 3 nexthop via 192.168.77.1
route add 22.0.0.0/8 via inet6 fe80::1 dev enetA
route add 23.0.0.0/8 via 172.16.1.3 dev enetA proto bird metric 7
route add prohibit 24.0.0.0/8
route add blackhole 25.0.0.0/8
route add unreachable 26.0.0.0/8
route add throw 27.0.0.0/8
route add 28.1.1.1/32 via 172.16.1.1
nexthop add id 7 via 172.16.1.9 dev enetA
route add 29.0.0.0/8 nhid 7
route add default via 172.16.1.1 table 100
route add 10.0.0.0/8 via 172.16.1.7 table 70000
route add default via fd00:a::1
route add fd01::/64 nexthop via fd00:a::1 nexthop via fe80::9 dev enetZ
route add fd02::/64 via fd00:a::1 expires 1000
route add prohibit fd03::/64
route add blackhole fd04::/64
route add unreachable fd05::/64
route add fd06::/64 via fd00:a::2 src fd00:a::50 metric 5 table 100
"""

RULES = """
rule add priority 100 from 172.16.1.50 lookup 100
rule add priority 110 from 172.16.1.51 to 30.0.0.0/8 prohibit
rule add priority 130 oif enetZ ipproto tcp dport 21-25 tos 0x10 blackhole
rule add priority 140 to 31.0.0.0/8 ipproto tcp dport 2121 lookup 100
rule add priority 150 uidrange 0-0 lookup main suppress_prefixlength 0
rule add priority 160 not from 1.2.3.0/24 fwmark 0x3/0xff iif enetA goto 32766
"""
RULES6 = "rule add priority 100 from fd00:a::50 lookup 100\n"


def prepare() -> None:
    """Have no duplicate address detection where it can be left out (RFC 4862, section 5.4)."""
    for name in ("all", "default"):
        Path(f"/proc/sys/net/ipv6/conf/{name}/accept_dad").write_text("0", encoding="ascii")


def build() -> None:
    """Furnish this namespace."""
    batch(LINKS + ADDRESSES)
    settle()
    batch(ROUTES + RULES)
    batch(RULES6, "-6")


def settle() -> None:
    """Wait until the kernel has done with its duplicate address detection."""
    while "tentative" in ip("-6", "addr"):
        pass


def ip(*words: str, lines: str = "") -> str:
    """What ip(8) answers. Ends the process where it fails."""
    done = subprocess.run(
        ["ip", *words], input=lines.strip() + "\n" if lines else None, text=True, capture_output=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"ip {words}: {done.stderr}")
    return done.stdout


def batch(lines: str, *options: str) -> None:
    """Have ip(8) carry out some lines."""
    ip(*options, "-batch", "-", lines=lines)


def many_routes(count: int) -> None:
    """Add so many routes by neighbours in 10.0.0.0/24."""
    batch("".join(f"route add 20.{n >> 8}.{n & 255}.0/24 via 10.0.0.{2 + n % 200}\n" for n in range(count)))


def oracle(*words: str) -> Any:
    """What ip(8) answers as JSON."""
    return json.loads(ip("-j", *words) or "[]")


def deny_netlink() -> bool:
    """socket(AF_NETLINK, ...) fails with EPERM from now on (seccomp(2), classic BPF). False: not on this processor."""
    number = {"x86_64": 41, "aarch64": 198}.get(platform.machine())
    if number is None:
        return False
    lines = [
        (0x20, 0, 0, 0),  # seccomp_data.nr
        (0x15, 0, 3, number),
        (0x20, 0, 0, 16),  # its first argument
        (0x15, 0, 1, 16),  # AF_NETLINK
        (0x06, 0, 0, 0x00050001),  # EPERM
        (0x06, 0, 0, 0x7FFF0000),  # allow
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in lines))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(lines), ctypes.addressof(code)))
    libc = ctypes.CDLL(None)
    assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
    assert libc.prctl(22, 2, program, 0, 0) == 0  # PR_SET_SECCOMP
    return True
