"""The lab, seen from inside by plain sockets, and from outside: nothing of it is left."""

from __future__ import annotations

import functools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from child import command
from children import labs, probes
from conftest import Child, child, in_lab

from stcp_shell import lab
from stcp_shell.lab.client import BANNER, CONNECTIONS
from stcp_shell.lab.network import batches

A, Z = "172.16.1.50", "192.168.77.50"
A6, Z6 = "fd00:172:16:1::50", "fd00:192:168:77::50"
NO_FIREWALL = partial(labs.refusal, "own-firewall")
CLASSIC = ["acl-drop", "acl-reject", "acl-reset", "open"]  # router Z may have something against the default source


@functools.cache
def matrix(scenario: str) -> dict[str, dict[str, Any]]:
    result: dict[str, dict[str, Any]] = in_lab(scenario, probes.matrix)[0]
    return result


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize(
    ("scenario", "probe", "outcome", "icmp"),
    [
        ("acl-drop", "default", "silence", None),
        ("acl-drop", "default6", "silence", None),
        ("acl-reject", "default", "EHOSTUNREACH", [3, 13, "192.168.77.1"]),
        ("acl-reject", "default6", "EACCES", [1, 1, "fd00:192:168:77::1"]),
        ("acl-reset", "default", "ECONNREFUSED", None),
        ("acl-reset", "default6", "ECONNREFUSED", None),
        ("open", "default", "connected", None),
        ("open", "default6", "connected", None),
    ],
)
def test_default_source_meets_the_scenario(scenario: str, probe: str, outcome: str, icmp: list[Any] | None) -> None:
    source = Z6 if probe.endswith("6") else Z
    assert matrix(scenario)[probe] == {"source": source, "outcome": outcome, "icmp": icmp}


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("scenario", CLASSIC)
def test_bound_source_passes(scenario: str) -> None:
    seen = matrix(scenario)
    assert seen["bound"] == {"source": A, "outcome": "connected", "icmp": None}
    assert seen["bound6"] == {"source": A6, "outcome": "connected", "icmp": None}


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("scenario", CLASSIC)
def test_filters_only_what_is_forwarded(scenario: str) -> None:
    """The router itself answers: it has no listener, and resets."""
    seen = matrix(scenario)
    assert seen["router"] == {"source": Z, "outcome": "ECONNREFUSED", "icmp": None}
    assert seen["router6"] == {"source": Z6, "outcome": "ECONNREFUSED", "icmp": None}


@pytest.mark.usefixtures("namespaces")
def test_rejects_five_in_a_row() -> None:
    assert in_lab("acl-reject", partial(probes.outcomes, "10.1.1.1", 5)) == [["EHOSTUNREACH"] * 5]


@pytest.mark.usefixtures("namespaces")
def test_machine() -> None:
    name, addresses = in_lab("acl-drop", socket.gethostname, probes.addresses)
    assert name == "phx_vos"
    assert addresses["enetA"] == ["172.16.1.50/24", "fd00:172:16:1::50/64"]
    assert addresses["enetZ"] == ["192.168.77.50/24", "fd00:192:168:77::50/64"]
    # a kernel with tunnel modules gives every namespace a device of theirs, which is down and has no address
    assert [interface for interface, given in addresses.items() if given] == ["enetA", "enetZ"]


@pytest.mark.usefixtures("namespaces")
def test_names() -> None:
    names = ["client", "backup", "router-a", "router-z", "phx_vos", "nowhere.example"]
    assert in_lab("open", *(partial(probes.resolve, name) for name in names)) == [
        ["10.1.1.1", "fd00:10:1:1::1"],
        ["10.1.1.1", "10.1.1.7", "fd00:10:1:1::1"],
        ["172.16.1.1", "fd00:172:16:1::1"],
        ["192.168.77.1", "fd00:192:168:77::1"],
        ["172.16.1.50", "fd00:172:16:1::50"],
        ["unknown"],
    ]


@pytest.mark.usefixtures("namespaces")
def test_client_greets_and_echoes() -> None:
    assert in_lab("acl-drop", partial(probes.talk, "ready?")) == [[BANNER.decode(), "ready?"]]


@pytest.mark.usefixtures("namespaces")
def test_client_keeps_so_many_connections() -> None:
    (answers,) = in_lab("open", partial(probes.crowd, CONNECTIONS + 3))
    assert answers == [False] * 3 + [True] * CONNECTIONS


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("scenario", CLASSIC)
def test_connection_from_the_client_comes_in(scenario: str) -> None:
    """The article's connection A, whatever becomes of connection B."""
    assert in_lab(scenario, partial(probes.called_back, A)) == ["10.1.1.1"]


@pytest.mark.usefixtures("namespaces")
def test_enters_as_an_unprivileged_user() -> None:
    if os.geteuid() != 0:
        pytest.skip("all tests run as an unprivileged user")
    nobody: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/"}
    for python in sys.executable, "/usr/bin/python3":  # root's own may be where nobody can read it
        try:
            if child(labs.user, python=python, **nobody).answers == [65534]:
                break
        except PermissionError:
            continue
    else:
        pytest.skip("no Python 3.9 or newer that the user nobody may run")
    (found,) = in_lab("acl-reset", partial(probes.probe, "10.1.1.1"), python=python, **nobody)
    assert found == {"source": Z, "outcome": "ECONNREFUSED", "icmp": None}


def held(network: str) -> Iterator[int]:
    """The processes that are in a network namespace, or hold it by a file descriptor."""
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            links = [Path("/proc", process, "ns/net"), *Path("/proc", process, "fd").iterdir()]
            if any(os.readlink(link) == network for link in links):
                yield int(process)
        except OSError:  # gone, or another user's
            continue


def covers(process: int | str) -> list[str]:
    """What is mounted over files in /etc, as a process sees it; proc(5): the mount point is the fifth field.

    The machine's other mounts are not looked at: any program may change them at any time (`ip netns add` does).
    """
    rows = Path(f"/proc/{process}/mountinfo").read_text(encoding="utf-8").splitlines()
    return [row.split()[4] for row in rows if row.split()[4].startswith("/etc/")]


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, None])
def test_gone_when_the_process_ends(how: signal.Signals | None) -> None:
    """One process holds all of it, and nobody outside sees any of it: so it ends with that process."""
    hosts = Path("/etc/hosts").read_bytes()
    mounted = covers("self")
    with subprocess.Popen(
        command(labs.hold), stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdin
        assert process.stdout
        networks = json.loads(process.stdout.readline())
        assert len({network for network, _ in networks}) == 4
        for network, inheritable in networks:
            assert list(held(network)) == [process.pid]
            assert not inheritable
        outside = socket.gethostname(), {name for _, name in socket.if_nameindex()}
        assert "phx_vos" not in outside
        assert not {"enetA", "enetZ"} & outside[1]
        assert Path("/etc/hosts").read_bytes() == hosts
        assert covers(process.pid).count("/etc/hosts") == mounted.count("/etc/hosts") + 1
        assert covers("self") == mounted
        if how:
            process.send_signal(how)
        else:
            process.stdin.close()
        assert process.wait(timeout=10) == (-how if how else 0)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)  # nor has it left a process


def test_listing_fits_a_terminal() -> None:
    """`--lab=list` is a table of names and summaries; the default has a few words more."""
    width = max(map(len, lab.SCENARIOS)) + 2
    for scenario in lab.SCENARIOS.values():
        assert width + len(scenario.summary) + len(" (the default)") * (scenario.name == lab.DEFAULT) < 80


def test_unknown_scenario() -> None:
    with pytest.raises(lab.LabUnavailable) as caught:
        lab.enter("acl-dorp")
    assert str(caught.value) == (
        "the lab has no scenario 'acl-dorp' (did you mean acl-drop?): `stcp-shell --lab=list` lists the scenarios"
    )


def refusal(done: Child) -> str:
    """The one line that `enter` raised."""
    said = done.last
    assert isinstance(said, str)
    assert "\n" not in said
    return said


def test_no_iproute2(tmp_path: Path) -> None:
    assert "install the package iproute2" in refusal(child(labs.refusal, environment={"PATH": str(tmp_path)}))
    (tmp_path / "busybox").write_text("")
    (tmp_path / "busybox").chmod(0o755)
    (tmp_path / "ip").symlink_to("busybox")
    assert "install the package iproute2" in refusal(child(labs.refusal, environment={"PATH": str(tmp_path)}))


def test_no_nftables() -> None:
    """It is asked for only where a scenario needs it."""
    said = refusal(child(labs.hide_nft, NO_FIREWALL))
    assert said == "the lab scenario own-firewall needs the program `nft`: install the package nftables"


@pytest.mark.usefixtures("namespaces")
def test_open_needs_no_nftables() -> None:
    assert child(labs.hide_nft, partial(labs.enter, "open")).status == 0


@pytest.mark.usefixtures("namespaces")
def test_nftables_says_why(tmp_path: Path) -> None:
    """An nft that says what it says on a kernel without nftables."""
    nft = tmp_path / "nft"
    said = "/dev/stdin:2:1-70: Error: Could not process rule: Operation not supported"
    nft.write_text(f"#!/bin/sh\necho '{said}' >&2; exit 1\n")
    nft.chmod(0o755)
    path = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    assert refusal(child(NO_FIREWALL, environment=path)) == (
        "the lab could not be built: on host, `nft add chain ip lab output { type filter hook output priority 0; }` "
        "says: Could not process rule: Operation not supported"
    )


@pytest.mark.usefixtures("namespaces")
def test_no_veth(tmp_path: Path) -> None:
    """An ip that says what it says on a kernel without veth."""
    ip = tmp_path / "ip"
    ip.write_text("#!/bin/sh\nprintf 'Error: Unknown device type.\\nCommand failed -:2\\n' >&2; exit 1\n")
    ip.chmod(0o755)
    assert refusal(child(labs.refusal, environment={"PATH": str(tmp_path)})) == (
        "the lab could not be built: on host, `ip link add enetA type veth peer name host netns router-a` says: "
        "Error: Unknown device type: it needs the kernel module veth (`modprobe veth`)"
    )


def test_process_with_threads() -> None:
    assert "before the process starts a thread" in refusal(child(labs.start_thread, labs.refusal))


# as root of a user namespace in which no further one may be made
NO_MORE = [
    "unshare",
    "--map-root-user",
    "--mount",
    "sh",
    "-c",
    'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"',
    "-",
]


@pytest.mark.usefixtures("namespaces")
def test_user_namespaces_forbidden() -> None:
    powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    said = refusal(child(labs.refusal, before=[*NO_MORE, *powerless]))
    assert said == (
        "the lab needs user namespaces, and this system forbids them (No space left on device): "
        "allow them with `sysctl -w user.max_user_namespaces=15000`, or start the container with --cap-add SYS_ADMIN"
    )


@pytest.mark.usefixtures("namespaces")
def test_root_needs_no_user_namespace() -> None:
    (found,) = in_lab("open", partial(probes.probe, "10.1.1.1"), before=NO_MORE)
    assert found == {"source": Z, "outcome": "connected", "icmp": None}


@pytest.mark.usefixtures("namespaces")
def test_read_only_sysctls() -> None:
    """As in a container: what has its value already is not set, what has not is named."""
    mounts = "mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys"
    before = ["unshare", "--map-root-user", "--mount", "sh", "-c", f'{mounts} && exec "$@"', "-"]
    assert "(Read-only file system): /proc/sys must be writable" in refusal(child(labs.refusal, before=before))


@pytest.mark.parametrize("scenario", lab.SCENARIOS)
def test_description_fits_a_terminal(scenario: str) -> None:
    lines = lab.describe(scenario)
    assert lab.SCENARIOS[scenario].summary in lines
    assert len(lines) <= 10
    assert max(map(len, lines)) <= 79


def test_batches_keep_the_order() -> None:
    text = """
        sysctl net.ipv6.conf.all.forwarding=1
        link set lo up
        address add fd00::1/64 dev lo
        -6 rule add from fd00::2 prohibit
        rule add from 10.1.1.1 prohibit
        nft add table ip lab
        nft add table ip6 lab
    """
    assert list(batches(text)) == [
        ("sysctl", ["net.ipv6.conf.all.forwarding=1"]),
        ("", ["link set lo up", "address add fd00::1/64 dev lo"]),
        ("-6", ["rule add from fd00::2 prohibit"]),
        ("", ["rule add from 10.1.1.1 prohibit"]),
        ("nft", ["add table ip lab", "add table ip6 lab"]),
    ]
    assert list(batches(text, ipv6=False)) == [
        ("", ["link set lo up", "rule add from 10.1.1.1 prohibit"]),
        ("nft", ["add table ip lab"]),
    ]
