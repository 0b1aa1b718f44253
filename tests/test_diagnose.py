"""`diagnose` on the real network of the lab: the verdict that each fault deserves, and nobody accused falsely."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from children import sessions
from children.captures import Segment
from conftest import in_lab, in_namespace
from programs import Run, read, run, shows, started, until

from stcp_shell import lab
from stcp_shell.diagnosis.changes import of_interfaces
from stcp_shell.model.tables import Address, Interface

CLIENT = {"inet": "10.1.1.1", "inet6": "fd00:10:1:1::1"}
TOGETHER = 6  # labs at once: most of the time they wait
MOST_SYNS = 40  # for two source addresses
CASES = [(name, family) for name in lab.SCENARIOS for family in CLIENT]


@pytest.fixture(scope="module")
def runs(namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], "Future[Run]"]]:
    """A diagnosis in every scenario, under way at once."""

    def diagnose(folder: Path, name: str, family: str) -> Run:
        line = f"diagnose -name {CLIENT[family]} -port 2121 -timeout 3.5"
        return run(folder, f"--lab={name}", "-c", line)

    with ThreadPoolExecutor(TOGETHER) as pool:
        yield {case: pool.submit(diagnose, tmp_path_factory.mktemp(case[0]), *case) for case in CASES}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "family"), CASES)
def test_every_fault_gets_its_verdict(runs: dict[tuple[str, str], "Future[Run]"], name: str, family: str) -> None:
    scenario = lab.SCENARIOS[name]
    done = runs[name, family].result()
    assert (done.status, done.err) == (0, "")
    (verdict,) = done.of("verdict")
    assert verdict["kind"] == scenario.deserved(CLIENT[family]), verdict["evidence"]
    named = {sender for sender in scenario.blames if (":" in sender) == (family == "inet6")}
    assert {blame["box"] for blame in verdict["blames"]} == named, "a false accusation, or a box that is not named"
    assert {cause["box"] for cause in verdict["causes"]} - {None} <= named
    assert verdict["evidence"]
    assert verdict["syns"] <= min(verdict["most_syns"], MOST_SYNS)
    assert f"verdict: {verdict['kind']}" in done.out


def test_the_sources_are_those_of_the_log_and_the_remedies_are_shown(namespaces: None, tmp_path: Path) -> None:
    done = run(tmp_path, "--lab=acl-reject", "-c", "diagnose -name client -port 2121")
    six, verdict = done.of("verdict")
    assert six["destination"] == {"name": "client", "address": "fd00:10:1:1::1", "port": 2121}
    assert verdict["destination"] == {"name": "client", "address": "10.1.1.1", "port": 2121}
    seen = [(source["address"], source["chosen_by"], source["outcome"]) for source in verdict["sources"]]
    assert seen == [("192.168.77.50", "kernel", "prohibited"), ("172.16.1.50", "bind", "connected")]
    assert verdict["blames"] == [{"box": "192.168.77.1", "sources": ["192.168.77.50"]}]
    shows(
        done,
        "10.1.1.1 port 2121 (client)",
        "192.168.77.50   kernel     prohibited  ",
        "172.16.1.50     bind       connected   3/3",
        "verdict: source-dependent",
        "3/13 communication administratively prohibited from",
        "permit 192.168.77.50 to 10.1.1.1 port 2121 on 192.168.77.1",
        "Linux: ip route replace 10.1.1.1/32 via 192.168.77.1 dev enetZ src 172.16.1.50",
    )


@pytest.mark.slow
def test_the_remedy_that_is_printed_mends_it(namespaces: None, tmp_path: Path) -> None:
    ((before, after),) = in_lab("acl-drop", partial(sessions.mended, str(tmp_path)))
    assert "verdict: source-dependent" in before
    assert "172.16.1.50     kernel     connected" in after
    assert "the default source address connects" in after


def test_the_source_in_the_log_is_the_source_on_the_wire(namespaces: None, tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = "; ".join(
        [
            "socket; connect -name 10.1.1.1 -port 2121",
            "socket; bind -name 172.16.1.50 -port 0; connect -name 10.1.1.1 -port 2121",
            "socket -family inet6; connect -name fd00:10:1:1::1 -port 2121",
            "diagnose -name 10.1.1.1 -port 2121 -quick",
        ]
    )
    (syns,) = in_lab("open", partial(sessions.on_the_wire, str(log), script, 5))
    wire = [[syn.source, syn.source_port] for syn in (Segment(*row) for row in syns)]
    records = read(log)
    made = [[r["source"]["address"], r["source"]["port"]] for r in records if r["type"] == "connection"]
    diagnosed = [source["address"] for source in records[-2]["sources"]]
    assert [address for address, _ in made] == ["192.168.77.50", "172.16.1.50", "fd00:192:168:77::50"]
    assert wire[:3] == made
    assert {address for address, _ in wire[3:]} == set(diagnosed)
    attempts = [[a["source"]["address"], a["source"]["port"]] for a in records[-2]["attempts"]]
    assert sorted(wire[3:]) == sorted(attempts), "each SYN is an attempt of the record, with its port"


def test_ctrl_c_ends_it_with_what_is_known(namespaces: None, tmp_path: Path) -> None:
    log = tmp_path / "log"
    line = "diagnose -name 10.1.1.1 -port 2121 -timeout 30"
    with started(tmp_path, "--lab=acl-drop", "--log", log, "-c", f"{line}; note not reached") as process:
        until(lambda: log.exists() and '"command"' in log.read_text(), "the command in the log")
        # proc(5): the state of a socket is its fourth field, and 02 is SYN_SENT
        tcp = Path(f"/proc/{process.pid}/net/tcp")
        until(lambda: [row for row in tcp.read_text().splitlines() if row.split()[3] == "02"], "a SYN on its way")
        process.send_signal(2)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert b"verdict: unclear: interrupted before the attempts from 192.168.77.50" in out
    assert b"noted" not in out
    assert '"kind": "unclear"' in log.read_text()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("diagnose -name 224.0.0.1 -port 1", "224.0.0.1 is a multicast address"),
        ("diagnose -name ff02::1%enetA -port 1", "ff02::1%enetA is a multicast address"),
        ("diagnose -name 0.0.0.0 -port 1", "0.0.0.0 is not a destination"),
        ("diagnose -name 192.168.77.255 -port 1", "192.168.77.255 is a broadcast address"),
        ("diagnose -name 10.1.1.1 -port 0", "-port 0: a connect needs a port from 1"),
        ("diagnose -name 10.1.1.1 -port 1 -from 10.9.9.9", "-from 10.9.9.9: not a usable address of this host"),
        ("diagnose -name 10.1.1.1 -port 1 -from fd00:172:16:1::50", "is of the other address family"),
        ("diagnose -name nosuch -port 1", "nosuch: Name or service not known"),
        ("diagnose -name 10.1.1.1 -port 1,2", "-port 1,2"),
        ("diagnose -name 10.1.1.1 -port 1 -ports 2,x!", "-ports 2,x!"),
    ],
)
def test_what_cannot_be_diagnosed_is_refused_in_one_line(
    namespaces: None, tmp_path: Path, line: str, message: str
) -> None:
    done = run(tmp_path, "--lab=open", "-c", line)
    assert done.status in (1, 2)
    assert message in done.err
    assert done.err.count("\n") == 1
    assert done.out == ""


def test_a_target_of_our_own_and_loopback(namespaces: None, tmp_path: Path) -> None:
    done = run(tmp_path, "--lab=open", "-c", "diagnose -name 127.0.0.1 -port 9; diagnose -name 172.16.1.50 -port 9")
    assert [verdict["kind"] for verdict in done.of("verdict")] == ["no-listener", "no-listener"]


def test_further_ports_have_verdicts_of_their_own(namespaces: None, tmp_path: Path) -> None:
    done = run(tmp_path, "--lab=open", "-c", "diagnose -name 10.1.1.1 -port 2121 -ports 22,2121")
    found = [(verdict["destination"]["port"], verdict["kind"]) for verdict in done.of("verdict")]
    assert found == [(2121, "healthy"), (22, "no-listener")]


def test_a_name_has_a_verdict_for_each_of_its_addresses(namespaces: None, tmp_path: Path) -> None:
    done = run(tmp_path, "--lab=no-return", "-c", "diagnose -name backup -port 2121 -timeout 1.5")
    found = {verdict["destination"]["address"]: verdict["kind"] for verdict in done.of("verdict")}
    assert found == dict.fromkeys(["fd00:10:1:1::1", "10.1.1.1", "10.1.1.7"], "bound-source-fails")


def test_what_is_asked_for_limits_what_is_sent(namespaces: None, tmp_path: Path) -> None:
    line = "diagnose -name 10.1.1.1 -port 2121 -timeout 1.5"
    done = run(tmp_path, "--lab=no-listener", "-c", f"{line} -attempts 2 -control none; {line} -quick")
    few, quick = done.of("verdict")
    assert [attempt["experiment"] for attempt in few["attempts"]].count("sources") == 4
    assert {attempt["experiment"] for attempt in quick["attempts"]} == {"sources"}
    assert (few["kind"], quick["kind"]) == ("no-listener", "no-listener")


def test_a_resolver_that_does_not_reply_costs_no_more_than_the_timeout(namespaces: None, tmp_path: Path) -> None:
    (said,) = in_lab("open", partial(sessions.unresolved, 1.5))
    text, took = said
    assert "the resolver did not reply within 1.5 s" in text
    assert took < 4


def test_a_second_default_and_other_addresses_of_this_host_are_context(namespaces: None, tmp_path: Path) -> None:
    """Nothing is wrong: the addresses of a bridge for containers and of the loopback are not meant to get out."""
    changes = [
        "link add docker0 type bridge",
        "link set docker0 up",
        "address add 172.17.0.1/16 dev docker0",
        "address add 10.99.0.1/32 dev lo",
    ]
    (records,) = in_lab("open", partial(sessions.changed, changes, "diagnose -name 10.1.1.1 -port 2121"))
    (verdict,) = [record for record in records if record["type"] == "verdict"]
    assert verdict["kind"] == "healthy"
    assert {each["address"] for each in verdict["context"]} == {"172.17.0.1", "10.99.0.1"}
    assert not [line for line in verdict["remedies"] if "docker0" in line]


def test_addresses_of_an_interface_that_is_down_and_of_the_link_are_listed_apart(
    namespaces: None, tmp_path: Path
) -> None:
    changes = [
        "link set enetA down",
        "address add 169.254.7.7/16 dev enetZ scope link",
    ]
    (records,) = in_lab("open", partial(sessions.changed, changes, "diagnose -name 10.1.1.1 -port 2121"))
    (verdict,) = [record for record in records if record["type"] == "verdict"]
    assert verdict["kind"] == "healthy"
    assert {each["address"]: each["reason"] for each in verdict["context"]} == {
        "172.16.1.50": "its interface is down",
        "169.254.7.7": "a link-local address",
    }


def test_a_tls_handshake_counts_as_a_syn(namespaces: None, tmp_path: Path) -> None:
    line = "diagnose -name 10.1.1.1 -port 2121"
    (plain, tls) = run(tmp_path, "--lab=open", "-c", f"{line}; {line} -tls").of("verdict")
    assert tls["syns"] == plain["syns"] + len(tls["sources"])


def test_a_bridge_that_connects_is_judged_with_the_others(namespaces: None, tmp_path: Path) -> None:
    changes = [
        "address flush dev enetA",
        "link add br0 type bridge",
        "link set br0 up",
        "link set enetA master br0",
        "address add 172.16.1.50/24 dev br0",
    ]
    (records,) = in_lab("acl-drop", partial(sessions.changed, changes, "diagnose -name 10.1.1.1 -port 2121 -timeout 2"))
    (verdict,) = [record for record in records if record["type"] == "verdict"]
    assert verdict["kind"] == "source-dependent"
    assert verdict["context"] == []


def test_an_interface_that_goes_down_meanwhile(namespaces: None, tmp_path: Path) -> None:
    (records,) = in_lab(
        "drop-all", partial(sessions.unplugged, "enetA", 0.5, "diagnose -name 10.1.1.1 -port 2121 -timeout 2")
    )
    (verdict,) = [record for record in records if record["type"] == "verdict"]
    assert verdict["kind"] in ("silent", "unclear")
    assert verdict["blames"] == []
    assert any("changed during the test: " in line and "enetA went down" in line for line in verdict["evidence"])


def test_routes_that_change_meanwhile_allow_no_conclusion(namespaces: None, tmp_path: Path) -> None:
    (records,) = in_lab(
        "acl-drop", partial(sessions.unplugged, "enetZ", 1.0, "diagnose -name 10.1.1.1 -port 2121 -timeout 3")
    )
    (verdict,) = [record for record in records if record["type"] == "verdict"]
    assert (verdict["kind"], verdict["blames"]) == ("unclear", [])
    assert "this host's routes changed during the test" in verdict["summary"]
    assert any("via 192.168.77.1 on enetZ => none" in line for line in verdict["evidence"])


def test_what_changed_on_this_host() -> None:
    def link(index: int, name: str, flags: str, *addresses: str) -> Interface:
        own = tuple(Address(address, 24, "global") for address in addresses)
        return Interface(index, name, tuple(flags.split()), 1500, None, own)

    before = [link(1, "a", "UP RUNNING", "10.0.0.1", "10.0.0.2"), link(2, "b", "UP RUNNING"), link(3, "c", "UP")]
    after = [link(1, "a", "UP", "10.0.0.1", "10.0.0.3"), link(2, "bb", ""), link(4, "d", "UP")]
    assert of_interfaces(before, before) == ()
    assert of_interfaces(before, after) == (
        "a lost its carrier",
        "10.0.0.2 was removed from a",
        "10.0.0.3 was added to a",
        "bb went down",
        "b was renamed to bb",
        "c was removed",
        "1 more change",
    )


def test_few_file_descriptors_are_enough(namespaces: None, tmp_path: Path) -> None:
    limit = ["sh", "-c", 'ulimit -n 24 && exec "$@"', "sh"]
    done = run(tmp_path, "--lab=open", "-c", "diagnose -name 10.1.1.1 -port 2121", before=limit)
    assert [verdict["kind"] for verdict in done.of("verdict")] == ["healthy"]


def test_a_source_says_of_which_family_the_name_is_meant(namespaces: None, tmp_path: Path) -> None:
    done = run(tmp_path, "--lab=open", "-c", "diagnose -name client -port 2121 -from fd00:172:16:1::50")
    (verdict,) = done.of("verdict")
    assert (verdict["destination"]["address"], verdict["kind"]) == ("fd00:10:1:1::1", "healthy")


def test_a_second_diagnosis_is_no_worse_for_a_router_that_holds_errors_back(namespaces: None, tmp_path: Path) -> None:
    line = "diagnose -name client -port 2121 -timeout 2"
    done = run(tmp_path, "--lab=acl-reject", "-c", f"{line}; {line}")
    assert [verdict["kind"] for verdict in done.of("verdict")] == ["source-dependent"] * 4
    assert [len(verdict["sources"]) for verdict in done.of("verdict")] == [2] * 4


@pytest.mark.parametrize(("number", "files"), [(20, 32), (250, 1024)])
@pytest.mark.parametrize("neighbour", [True, False], ids=["silent", "no neighbour"])
def test_many_source_addresses_and_few_files(number: int, files: int, neighbour: bool) -> None:
    kind, within, sources = in_namespace(partial(sessions.crowded, number, files, neighbour))[-1]
    assert (kind, within, sources) == ("silent" if neighbour else "next-hop-silent", True, number)
