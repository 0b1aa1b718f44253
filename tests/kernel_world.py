"""A network namespace full of what routing tables can hold, and programs that run inside it."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent

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

# `settle` returns when the kernel has done with its duplicate address detection (RFC 4862, section 5.4).
PREPARE = """
import json, os, subprocess, sys
for name in ("all", "default"):
    with open(f"/proc/sys/net/ipv6/conf/{name}/accept_dad", "w") as setting:
        setting.write("0")
def ip(*words, lines=""):
    done = subprocess.run(["ip", *words], input=lines.strip() + "\\n" if lines else None, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        raise SystemExit(f"ip {words}: {done.stderr}")
    return done.stdout
def batch(lines, *options):
    ip(*options, "-batch", "-", lines=lines)
def oracle(*words):
    return json.loads(ip("-j", *words) or "[]")
def settle():
    while "tentative" in ip("-6", "addr"):
        pass
"""

WORLD = f"""
batch({LINKS!r} + {ADDRESSES!r})
settle()
batch({ROUTES!r} + {RULES!r})
batch({RULES6!r}, "-6")
"""


@cache
def _unshare() -> tuple[str, ...]:
    """The command that gives a program a network namespace of its own, as a user or as root; empty: there is none."""
    for command in (("unshare", "-Urn"), ("unshare", "-n")):
        try:
            if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
                return command
        except FileNotFoundError:
            break
    return ()


def in_namespace(code: str) -> Any:
    """Run a Python program in a new network namespace; what it prints last is read as JSON."""
    if not (command := _unshare()):
        if os.environ.get("CI"):
            pytest.fail("no network namespace can be made here: allow user namespaces, or run as root")
        pytest.skip("no network namespace can be made here: user namespaces are forbidden and this is not root")
    done = subprocess.run(
        [*command, sys.executable, "-c", f"{PREPARE}\n{code}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
