"""`traceroute` in the lab: the routers on the way, where paths part, and who refuses."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from child import Call
from children import paths
from conftest import in_lab
from programs import read, run, shows, started, until

from stcp_shell.model.connection import Destination, Icmp, ResolvedRoute
from stcp_shell.model.trace import Hop, Trace, Traces
from stcp_shell.report.text.traceroute import ending, parting

A, Z = ("172.16.1.50", "fd00:172:16:1::50"), ("192.168.77.50", "fd00:192:168:77::50")
ROUTER, CLIENT = ("192.168.77.1", "fd00:192:168:77::1"), ("10.1.1.1", "fd00:10:1:1::1")
EXCEEDED, PROHIBITED = ([11, 0], [3, 0]), ([3, 13], [1, 1])
UNREACHED = ([3, 1], [1, 3])
FAMILIES = (0, 1)  # IPv4, IPv6: places in the pairs above
SHORT = 1.0  # seconds: two rounds

# What a lab is asked, by name: the scenario, and a call for the client's address and the two of this host.
QUESTIONS: dict[str, tuple[str, Callable[[str, str, str], Call]]] = {
    "open": ("open", lambda client, a, z: partial(paths.timed, client)),
    "visited": ("open", lambda client, a, z: partial(paths.visit, client)),
    "late": ("open", lambda client, a, z: partial(paths.late, client)),
    "dropped": ("acl-drop", lambda client, a, z: partial(paths.path, client, [None, a], timeout=SHORT)),
    "firewall": ("open", lambda client, a, z: partial(paths.path, client, [z, a], timeout=SHORT)),
    "rejected": ("acl-reject", lambda client, a, z: partial(paths.path, client, timeout=SHORT)),
    "reset": ("acl-reset", lambda client, a, z: partial(paths.path, client)),
    "limited": ("acl-reject", lambda client, a, z: partial(paths.limited, client)),
    "lost": ("dead-next-hop", lambda client, a, z: partial(paths.path, client)),
    "routeless": ("no-route", lambda client, a, z: partial(paths.path, client)),
    "local": ("open", lambda client, a, z: partial(paths.path, a)),
    "near": ("open", lambda client, a, z: partial(paths.path, client, most_hops=1)),
    "interrupted": ("acl-drop", lambda client, a, z: partial(paths.interrupted, client, 0.2, sources=[None, a])),
    "starved": (
        "acl-drop",
        lambda client, a, z: partial(paths.starved, client, 4, sources=[None, a], most_hops=3, timeout=SHORT),
    ),
    "unnamed": ("open", lambda client, a, z: partial(paths.unnamed, client)),
}
BEFORE: dict[str, list[Call]] = {"firewall": [paths.way_back, partial(paths.filtered, "drop")]}  # done to that lab


LONG = ("limited", "lost")  # each family has a lab of its own


@pytest.fixture(scope="module")
def answers(namespaces: None) -> Iterator[Callable[[str, int], Any]]:
    """What the labs said, by question and family; most of the time they wait, so several do at once."""

    def ask(name: str, *families: int) -> list[Any]:
        scenario, question = QUESTIONS[name]
        calls = [question(CLIENT[family], A[family], Z[family]) for family in families]
        return in_lab(scenario, *BEFORE.get(name, []), *calls)[-len(calls) :]

    with ThreadPoolExecutor(4) as pool:
        apart = {(name, family): pool.submit(ask, name, family) for name in LONG for family in FAMILIES}
        both = {name: pool.submit(ask, name, *FAMILIES) for name in QUESTIONS if name not in LONG}
        yield lambda name, family: apart[name, family].result()[0] if name in LONG else both[name].result()[family]


def hop(family: int, *, to: tuple[str, str] = ROUTER, icmp: Any = EXCEEDED, outcome: str | None = None) -> list[Any]:
    """A hop as `paths.path` gives it."""
    return [to[family], icmp and icmp[family], outcome]


def trace(family: int, source: tuple[str, str], chosen_by: str, *hops: list[Any]) -> dict[str, Any]:
    """A path as `paths.path` gives it: it ends as its last hop does, or in silence."""
    outcome = hops[-1][2] if hops and hops[-1][2] else "timeout"
    return {"source": source[family], "chosen_by": chosen_by, "outcome": outcome, "hops": list(hops)}


def reached(family: int, outcome: str = "connected") -> list[Any]:
    return hop(family, to=CLIENT, icmp=None, outcome=outcome)


SILENT: list[Any] = [None, None, None]


@pytest.mark.parametrize("family", FAMILIES)
def test_open_path_is_there_in_a_moment(answers: Any, family: int) -> None:
    elapsed, found = answers("open", family)
    assert found == [trace(family, Z, "kernel", hop(family), reached(family))]
    assert elapsed < 0.5


@pytest.mark.parametrize("family", FAMILIES)
def test_the_service_sees_no_connection(answers: Any, family: int) -> None:
    assert answers("visited", family) == [["connected", True], []]


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_broken_off_too_late_is_seen_as_reset(answers: Any, family: int) -> None:
    assert answers("late", family) == ["ECONNRESET"]


@pytest.mark.parametrize("family", FAMILIES)
def test_dropped_before_the_ttl_is_looked_at(answers: Any, family: int) -> None:
    """And router Z has no route back to 172.16.1.50: it is silent there, and passes on."""
    found = answers("dropped", family)
    assert found == [trace(family, Z, "kernel"), trace(family, A, "bind", SILENT, reached(family))]


@pytest.mark.parametrize("family", FAMILIES)
def test_two_sources_part_at_the_firewall(answers: Any, family: int) -> None:
    if not shutil.which("nft"):
        pytest.skip("nft is not installed")
    found = answers("firewall", family)
    bound = trace(family, A, "bind", hop(family), reached(family))
    assert found == [trace(family, Z, "bind", hop(family)), bound]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_router_that_refuses_ends_the_path(answers: Any, family: int) -> None:
    refused = hop(family, icmp=PROHIBITED, outcome="prohibited")
    assert answers("rejected", family) == [trace(family, Z, "kernel", refused)]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_reset_ends_the_path(answers: Any, family: int) -> None:
    assert answers("reset", family) == [trace(family, Z, "kernel", hop(family), reached(family, "refused"))]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_router_that_limits_its_errors_is_not_called_silent(answers: Any, family: int) -> None:
    elapsed, found = answers("limited", family)
    refused = hop(family, icmp=PROHIBITED, outcome="prohibited")
    assert found == [trace(family, Z, "kernel", refused)]
    assert elapsed > 1, "the first round was to be silent"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_next_hop_that_answers_no_arp_is_told_by_this_host(answers: Any, family: int) -> None:
    own = hop(family, to=Z, icmp=UNREACHED, outcome="unreachable")
    assert answers("lost", family) == [trace(family, Z, "kernel", own)]


@pytest.mark.parametrize("family", FAMILIES)
def test_without_a_route_there_is_no_path(answers: Any, family: int) -> None:
    (found,) = answers("routeless", family)
    assert found == {"source": None, "chosen_by": "kernel", "outcome": "no-route", "hops": []}


@pytest.mark.parametrize("family", FAMILIES)
def test_an_address_of_our_own_is_the_first_hop(answers: Any, family: int) -> None:
    own = hop(family, to=A, icmp=None, outcome="refused")
    assert answers("local", family) == [trace(family, A, "kernel", own)]


@pytest.mark.parametrize("family", FAMILIES)
def test_no_hop_behind_the_last_that_was_asked_for(answers: Any, family: int) -> None:
    assert answers("near", family) == [trace(family, Z, "kernel", hop(family))]


@pytest.mark.parametrize("family", FAMILIES)
def test_ctrl_c_leaves_what_is_known(answers: Any, family: int) -> None:
    default, bound = answers("interrupted", family)
    assert (default["outcome"], default["hops"]) == ("cancelled", [])
    assert (bound["outcome"], bound["hops"]) == ("cancelled", [SILENT, reached(family)])


@pytest.mark.parametrize("family", FAMILIES)
def test_few_file_descriptors_take_longer(answers: Any, family: int) -> None:
    found = answers("starved", family)
    assert found == [trace(family, Z, "kernel"), trace(family, A, "bind", SILENT, reached(family))]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_kernel_without_the_error_queue_names_no_hop(answers: Any, family: int) -> None:
    assert answers("unnamed", family) == [trace(family, Z, "kernel", SILENT, reached(family))]


def test_screen_log_and_ticket(namespaces: None, tmp_path: Path) -> None:
    line = "traceroute -name client -port 2121 -from 192.168.77.50,172.16.1.50 -timeout 1"
    done = run(tmp_path, "--lab=acl-reject", "-c", f"{line}; log")
    shown = (
        "10.1.1.1:2121 (client), at most 30 hops",
        "hop  192.168.77.50",
        "via 192.168.77.1 on enetZ",
        "1  192.168.77.1",
        "prohibited",
        "2  ",
        "10.1.1.1",
        "connected",
        "192.168.77.50: prohibited at hop 1: ICMP 3/13",
        "172.16.1.50: connected at hop 2: a SYN-ACK from 10.1.1.1, or from a",
        "no router answered on all paths",
        "*: no answer to a SYN",
    )
    shows(done, *shown, "Session log", *shown)
    (record,) = done.of("trace")
    assert record["destination"] == {"name": "client", "address": "10.1.1.1", "port": 2121}
    assert (record["most_hops"], record["cancelled"], record["others"]) == (30, False, [])
    refused, connected = record["traces"]
    assert (refused["source"], refused["chosen_by"]) == ("192.168.77.50", "bind")
    assert refused["route"] == {
        "gateway": "192.168.77.1",
        "interface": "enetZ",
        "source": "192.168.77.50",
        "table": 254,
        "kind": "unicast",
        "redirected": False,
    }
    assert refused["hops"][0]["icmp"]["from"] == "192.168.77.1"
    assert [each["ttl"] for each in connected["hops"]] == [1, 2]
    lines = [line for line in done.out.splitlines() if not line.lstrip().startswith("stcp:")]  # these run again: whole
    assert max(map(len, lines)) <= 80


def test_ctrl_c_ends_the_script(namespaces: None, tmp_path: Path) -> None:
    log = tmp_path / "log"
    line = "traceroute -name 10.1.1.1 -port 2121 -timeout 30"
    with started(tmp_path, "--lab=acl-drop", "--log", log, "-c", f"{line}; note not reached") as process:
        until(lambda: log.exists() and '"command"' in log.read_text(), "the command in the log")
        until(lambda: len(list(Path(f"/proc/{process.pid}/fd").iterdir())) > 20, "sockets")
        process.send_signal(2)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert b"192.168.77.50: ended by Ctrl-C" in out
    kept = read(log)
    assert [record["cancelled"] for record in kept if record["type"] == "trace"] == [True]
    assert not [record for record in kept if record["type"] == "note"]


BAD = {
    "-name 0.0.0.0 -port 1": "0.0.0.0 is not a destination",
    "-name 224.0.0.1 -port 1": "is a multicast address",
    "-name 192.168.77.255 -port 1": "is a broadcast address",
    "-name 10.1.1.1 -port 0": "-port 0: a connect needs a port",
    "-name 10.1.1.1 -port nosuch": "no such tcp service",
    "-name nowhere.example -port 1": "nowhere.example: Name or service not known",
    "-name 10.1.1.1 -port 1 -from 9.9.9.9": "-from 9.9.9.9: not a usable address of this host",
    "-name 10.1.1.1 -port 1 -from fd00:172:16:1::50": "is of the other address family",
    "-name client -port 1 -from 172.16.1.50,fd00:172:16:1::50": "is of the other address family",
    "-name fe80::1 -port 1": "fe80::1 is a link-local address: add its interface",
    "-name fe80::1%nosuch -port 1": "there is no interface nosuch",
}


def test_what_has_no_path_is_refused_in_one_line(namespaces: None, tmp_path: Path) -> None:
    lines = "".join(f"traceroute {words}\n" for words in BAD)
    done = run(tmp_path, "--lab=open", "--keep-going", stdin=lines)
    said = done.err.splitlines()
    assert len(said) == len(BAD), said
    for line, message in zip(said, BAD.values()):
        assert message in line


@pytest.mark.parametrize("words", ["-max 0", "-max 65", "-from", "-from ,", "-from host", "-timeout 0"])
def test_options_that_do_not_parse(tmp_path: Path, words: str) -> None:
    done = run(tmp_path, "-c", f"traceroute -name 10.1.1.1 -port 1 {words}")
    assert (done.status, done.err.count("\n")) == (2, 1)


TARGET = Destination("10.1.1.1", "10.1.1.1", 2121)


def router(ttl: int, address: str | None) -> Hop:
    """A router that said that the TTL had run out; or silence."""
    if address is None:
        return Hop(ttl, None, None, None, None)
    return Hop(ttl, address, 0.001, Icmp(11, 0, "hop limit exceeded in transit", address), None)


def going(source: str, outcome: str, *addresses: str | None) -> Trace:
    """A path by these routers; the last address is who ended it, but for a time-out."""
    hops = [router(ttl, address) for ttl, address in enumerate(addresses, 1)]
    if outcome in ("connected", "refused"):
        hops[-1] = Hop(len(hops), addresses[-1], 0.001, None, outcome)
    return Trace(source, "bind", None, outcome, tuple(hops))


@pytest.mark.parametrize(
    ("traces", "said"),
    [
        (
            [going("s", "connected", "a", "10.1.1.1"), going("t", "timeout", "a")],
            "the paths are the same up to hop 1, a: from there s continues to 10.1.1.1, and t shows no further hop",
        ),
        (
            [going("s", "connected", "a", "b", "10.1.1.1"), going("t", "timeout", "a", "c")],
            "the paths diverge at hop 2: b from s, c from t",
        ),
        (
            [going("s", "connected", "a", None, "b", "10.1.1.1"), going("t", "timeout", "a", "c", "d")],
            "the paths diverge at hop 3 or before (hop 2 is not known for all): b from s, d from t",
        ),
        (
            [going("s", "connected", None, "10.1.1.1"), going("t", "timeout")],
            "no router answered on all paths: it is not known whether they diverge",
        ),
        (
            [going("s", "connected", "10.1.1.1"), going("t", "refused", "10.1.1.1")],
            "no router answered on all paths: it is not known whether they diverge",
        ),
        (
            [going("s", "timeout", "a"), going("t", "timeout", "a")],
            "the paths are the same up to hop 1, a, where they end",
        ),
        (
            [going("s", "connected", "a", "10.1.1.1"), going("t", "refused", "a", "10.1.1.1")],
            "the paths are the same up to hop 1, a; after it no router answered on all of them",
        ),
    ],
)
def test_parting(traces: list[Trace], said: str) -> None:
    assert parting(traces) == said


@pytest.mark.parametrize(
    ("trace", "route", "said"),
    [
        (going("s", "timeout"), None, "no answer from the first hop on: no hop of 4 answered"),
        (going("s", "timeout", "a"), None, "no answer after hop 1, a: none of hops 2 to 4 answered"),
        (going("s", "timeout", "a", "b", "c", "d"), None, "hop 4 is not yet the destination"),
        (
            going("s", "timeout", "a", "b", "a", "b"),
            None,
            "hop 4 is not yet the destination; a answered 2 times: the SYNs are in a routing loop",
        ),
        (going("s", "cancelled", "a"), None, "ended by Ctrl-C; 1 hop is known"),
        (
            going("s", "refused", "a", "10.1.1.1"),
            ResolvedRoute("a", "enetZ", kind="unicast"),
            "refused at hop 2: a RST from 10.1.1.1, or from a device that answers for it",
        ),
        (
            going("s", "connected", "10.1.1.1"),
            ResolvedRoute("a", "enetZ", kind="unicast"),
            "connected at hop 1: a SYN-ACK from the next hop, a, or from this host (its own NAT or redirect), for "
            "10.1.1.1",
        ),
        (
            going("s", "refused", "10.1.1.1"),
            ResolvedRoute(None, "lo", kind="local"),
            "refused by this host itself: there is no hop in between",
        ),
        (Trace("s", "bind", None, "no-route", ()), None, "no SYN left this host: no route"),
        (
            Trace("s", "bind", None, "no-route", (router(1, "a"),)),
            None,
            "nothing is known after hop 1: no further SYN left this host, no route",
        ),
    ],
)
def test_ending(trace: Trace, route: ResolvedRoute | None, said: str) -> None:
    trace = trace._replace(route=route)
    assert ending(trace, Traces(TARGET, (), 4, False, (trace,))) == said
