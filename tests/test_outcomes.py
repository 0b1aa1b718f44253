"""How a connect can end, and what then is said of it: in the lab, and in namespaces whose tables or filters say no."""

import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from children import labs, sessions
from conftest import in_lab
from programs import Run, logged, read, run, shows, started, until

A, Z = "172.16.1.50", "192.168.77.50"


def in_namespace(folder: Path, preparation: Sequence[str], *words: str) -> Run:
    """Run the program in an empty network namespace, after these commands of ip."""
    script = " && ".join(["ip link set lo up", *preparation, 'exec "$@"'])
    return run(folder, *words, before=["unshare", "-Urn", "sh", "-c", script, "-"])


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize(
    ("kind", "outcome", "errno"),
    [
        ("none", "no-route", "ENETUNREACH"),
        ("prohibit", "prohibited", "EACCES"),
        ("unreachable", "no-route", "EHOSTUNREACH"),
        ("blackhole", "no-route", "EINVAL"),
    ],
)
def test_the_own_tables_say_no(tmp_path: Path, kind: str, outcome: str, errno: str) -> None:
    table = [] if kind == "none" else [f"ip route add {kind} 10.9.0.0/16"]
    done = in_namespace(tmp_path, table, "-c", "socket; connect -name 10.9.9.9 -port 1")
    found = done.connection
    assert (found["outcome"], found["errno"], found["icmp"]) == (outcome, errno, None)
    nowhere = dict.fromkeys(("gateway", "interface", "source", "table"))
    assert (found["source"], found["route"]) == (None, {**nowhere, "kind": kind, "redirected": False})
    shows(done, f"({errno})", "none was chosen")


@pytest.mark.usefixtures("namespaces")
def test_the_next_hop_does_not_answer(tmp_path: Path) -> None:
    """The kernel itself says host unreachable: the sender of the ICMP error is one of our own addresses."""
    link = [
        "ip link add enetA type veth peer name farA && ip link set farA up && ip link set enetA up",
        "ip addr add 10.9.0.1/24 dev enetA && echo 50 >/proc/sys/net/ipv4/neigh/enetA/retrans_time_ms",
    ]
    found = in_namespace(tmp_path, link, "-c", "socket; connect -name 10.9.0.9 -port 1 -timeout 15").connection
    assert (found["outcome"], found["errno"]) == ("unreachable", "EHOSTUNREACH")
    assert found["icmp"] == {"type": 3, "code": 1, "meaning": "host unreachable", "from": "10.9.0.1"}
    assert found["source"]["address"] == "10.9.0.1"
    way = {
        "gateway": None,
        "interface": "enetA",
        "source": "10.9.0.1",
        "table": 254,
        "kind": "unicast",
        "redirected": False,
    }
    assert found["route"] == way


@pytest.mark.usefixtures("namespaces")
def test_refused_by_an_icmp_error(tmp_path: Path) -> None:
    if not shutil.which("nft"):
        pytest.skip("nft is not there")
    rules = (
        "nft 'add table t; add chain t o { type filter hook output priority 0; };"
        " add rule t o tcp dport 9 reject with icmp port-unreachable'"
    )
    done = in_namespace(tmp_path, [rules], "-c", "socket; connect -name 127.0.0.1 -port 9")
    assert (done.connection["outcome"], done.connection["errno"]) == ("refused", "ECONNREFUSED")
    assert done.connection["icmp"]["from"] == "127.0.0.1"
    shows(done, "connection refused", "ICMP 3/3 port unreachable, sent by 127.0.0.1")


@pytest.mark.usefixtures("namespaces")
def test_the_article_in_the_lab(tmp_path: Path) -> None:
    lines = (
        "socket; connect -name 10.1.1.1 -port 2121; socket; bind -interface enetA -port 0;"
        " connect -name backup -port 2121; recv"
    )
    done = run(tmp_path, "--lab", "--timeout", "0.4", "-c", lines)
    failed, works = done.of("connection")
    assert (failed["outcome"], failed["errno"], failed["source"]["address"]) == ("timeout", None, Z)
    assert 0.4 <= failed["elapsed"] < 1
    assert (works["outcome"], works["source"]["address"], works["chosen_by"]) == ("connected", A, "bind")
    assert works["destination"] == {"name": "backup", "address": "10.1.1.1", "port": 2121}
    assert works["others"] == ["10.1.1.7"]
    route = {"gateway": "192.168.77.1", "interface": "enetZ", "table": 254, "kind": "unicast", "redirected": False}
    assert (failed["route"], works["route"]) == ({**route, "source": Z}, {**route, "source": A})
    shows(
        done,
        "timed out after 0.4 s (local timeout)",
        "1 SYN sent, no answer",
        "destination  10.1.1.1:2121 (backup); not tried: 10.1.1.7",
        "  220 phx lab client ready",
    )


@pytest.mark.usefixtures("namespaces")
def test_prohibited_by_a_router_that_is_named(tmp_path: Path) -> None:
    lines = "socket; connect -name client -port 2121; socket -family inet6; connect -name client -port 2121"
    four, six = run(tmp_path, "--lab=acl-reject", "-c", lines).of("connection")
    assert (four["outcome"], four["errno"], four["icmp"]["from"]) == ("prohibited", "EHOSTUNREACH", "192.168.77.1")
    assert (six["outcome"], six["errno"], six["icmp"]["from"]) == ("prohibited", "EACCES", "fd00:192:168:77::1")
    assert six["source"]["address"] == "fd00:192:168:77::50"


@pytest.mark.usefixtures("namespaces")
def test_a_name_that_does_not_resolve_is_a_finding(tmp_path: Path) -> None:
    done = run(
        tmp_path, "--lab", "-c", "socket; connect -name nowhere.example -port 1; connect -name 127.0.0.1 -port 1"
    )
    unresolved, refused = done.of("connection")
    shows(done, "the name does not resolve: nowhere.example: ")
    assert unresolved["outcome"] == "unresolved"
    assert unresolved["destination"] == {"name": "nowhere.example", "address": None, "port": 1}
    assert refused["outcome"] == "refused"  # nothing was tried yet, so the socket can still be used


def test_sigterm_in_a_connect_is_logged_as_cancelled_with_the_source(namespaces: None, tmp_path: Path) -> None:
    log = tmp_path / "log"
    line = "socket; connect -name 10.1.1.1 -port 2121; note not reached"
    with started(tmp_path, "--lab", "--log", log, "-c", line) as process:
        logged(log, "command", 2)
        until(lambda: "routes" in log.read_text(), "what comes before the SYN")
        process.terminate()
        process.communicate(timeout=20)
    assert process.returncode == 143
    records = read(log)
    (connection,) = [record for record in records if record["type"] == "connection"]
    assert (connection["outcome"], connection["source"]["address"]) == ("cancelled", "192.168.77.50")
    assert records[-1]["reason"] == "SIGTERM"


def test_a_rule_for_the_default_source_is_seen_in_the_way_of_an_unbound_connect(namespaces: None) -> None:
    line = "socket; connect -name 10.1.1.1 -port 2121 -timeout 1; diagnose -name 10.1.1.1 -port 2121 -timeout 1.5"
    *_, shown = in_lab(
        "open",
        partial(labs.on, "host", "ip route add default via 172.16.1.1 dev enetA table 100"),
        partial(labs.on, "host", "ip rule add from 192.168.77.50 lookup 100"),
        partial(sessions.shown, "--no-log", "-c", line),
    )
    assert "route        via 172.16.1.1 on enetA" in shown
    assert "sent via 172.16.1.1 on enetA" in " ".join(shown.split())


@pytest.mark.usefixtures("namespaces")
def test_a_bind_that_fails_says_what_to_do_in_one_short_line(tmp_path: Path) -> None:
    many = [
        "for i in $(seq 50); do ip addr add 10.9.0.$i/24 dev lo; done",
        "echo 1024 1024 >/proc/sys/net/ipv4/ip_local_port_range",
    ]
    lines = "socket; bind -name 203.0.113.1; socket; bind -name 127.0.0.1; listen; socket; bind -name 127.0.0.1"
    done = in_namespace(tmp_path, many, "--keep-going", "-c", lines)
    foreign, used = done.err.splitlines()
    assert foreign.endswith(" and 39 more (ifconfig lists them)")
    assert "127.0.0.1 has no ephemeral port left (1024 to 1024) (EADDRINUSE): close connections" in used
