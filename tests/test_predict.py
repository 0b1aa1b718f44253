"""Tables of other hosts at work: loaded, counted, and the source address that they lead to."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import run, shows
from shells import Shell, pasted
from terminals import shell

STCP = """\
ifconfig -all

Number of interface(s) under IP: 3

%vos#loop: <UP, LOOPBACK, RUNNING>
127.0.0.1 netmask 0xff000000

%vos#enetA: <UP, BROADCAST, RUNNING>
172.16.9.50 netmask 0xffffff00 broadcast 172.16.9.255

%vos#enetZ: <UP, BROADCAST, RUNNING>
192.168.9.50 netmask 0xffffff00 broadcast 192.168.9.255

ready 10:00:01
route print

Default Gateway: 192.168.9.1
ready 10:00:02
"""
ADDR = """\
$ ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    inet 127.0.0.1/8 scope host lo
2: ethA: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq state UP group default qlen 1000
    inet 172.16.9.50/24 brd 172.16.9.255 scope global ethA
    inet 172.16.9.51/24 brd 172.16.9.255 scope global secondary ethA
3: ethZ: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq state UP group default qlen 1000
    inet 192.168.9.50/24 brd 192.168.9.255 scope global ethZ
"""
RULES = """\
$ ip rule
0:\tfrom all lookup local
1000:\tfrom 172.16.9.50 lookup 100
32766:\tfrom all lookup main
32767:\tfrom all lookup default
"""
ROUTES = """\
$ ip route show table all
default via 172.16.9.1 dev ethA table 100
default via 192.168.9.1 dev ethZ
10.2.0.0/16 via 172.16.9.1 dev ethA src 172.16.9.51
unreachable 10.3.0.0/16
172.16.9.0/24 dev ethA proto kernel scope link src 172.16.9.50
192.168.9.0/24 dev ethZ proto kernel scope link src 192.168.9.50
local 172.16.9.50 dev ethA table local proto kernel scope host src 172.16.9.50
"""
FREEBSD = """\
Routing tables

Internet:
Destination        Gateway            Flags     Netif Expire
default            192.168.9.1        UGS         em1
127.0.0.1          link#3             UH          lo0
172.16.9.0/24      link#1             U           em0
192.168.9.0/24     link#2             U           em1
"""
WINDOWS = """\
IPv4 Route Table
===========================================================================
Active Routes:
Network Destination        Netmask          Gateway       Interface  Metric
          0.0.0.0          0.0.0.0      192.168.9.1     192.168.9.50     25
      192.168.9.0    255.255.255.0         On-link      192.168.9.50    281
     192.168.9.50  255.255.255.255         On-link      192.168.9.50    281
      172.16.9.0    255.255.255.0         On-link       172.16.9.50    281
     172.16.9.50  255.255.255.255         On-link       172.16.9.50    281
===========================================================================
"""


def asked(folder: Path, text: str, *words: str, script: str = "") -> str:
    """What is shown for a text and a predict."""
    (folder / "t.txt").write_text(text)
    done = run(folder, "-q", "--no-log", "-c", f"load t.txt; predict {' '.join(words)}{script}")
    assert done.err == ""
    return " ".join(done.out.split())


def test_the_article_is_solved_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "ticket.txt").write_text(STCP)
    words = ("predict", "-name", "10.1.1.1", "-client-used", "172.16.9.50", "-file", "ticket.txt")
    out = " ".join(run(tmp_path, "-q", "--no-log", *words).out.split())
    assert "192.168.9.50, NOT 172.16.9.50, which the client used (conditional)" in out
    assert "ticket.txt:17: Default Gateway: 192.168.9.1" in out
    again = run(tmp_path, "-q", "--no-log", *words[:-1], "-", stdin=STCP).out
    assert "pasted: to 10.1.1.1 via 192.168.9.1" in " ".join(again.split())


def test_a_whole_linux_is_certain(tmp_path: Path) -> None:
    text = ADDR + RULES + ROUTES
    out = asked(tmp_path, text, "10.1.1.1 -client-used 172.16.9.50", script="; expect level certain")
    assert "source address 192.168.9.50, NOT 172.16.9.50, which the client used (certain)" in out
    assert "only for the source 172.16.9.50/32" in out
    assert "ip route replace 10.1.1.1/32 via 172.16.9.1 src 172.16.9.50" in out
    assert "it then leaves via 172.16.9.1 by ethA" in out
    assert "source address 172.16.9.51 (certain)" in asked(tmp_path, text, "10.2.3.4")
    assert "refuses it, unreachable (certain)" in asked(tmp_path, text, "10.3.0.9")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (ADDR + ROUTES, "`ip rule` was not pasted"),
        (RULES + ROUTES, "`ip addr` was not pasted"),
        (ADDR + RULES + ROUTES.replace("via 192.168.9.1", "via xx.yy.9.1"), "masked"),
        ((ADDR + RULES + ROUTES)[:-1], "ends without a newline"),
        (ADDR + RULES + ROUTES.replace("10.2.0.0", "...\n10.2.0.0"), "left out"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_certain(tmp_path: Path, text: str, missing: str) -> None:
    out = asked(tmp_path, text, "10.1.1.1")
    assert missing in out
    assert "(certain)" not in out


def test_a_table_without_addresses_has_no_source(tmp_path: Path) -> None:
    out = asked(tmp_path, FREEBSD, "10.1.1.1")
    assert "(unknown): the addresses of em1 were not pasted (`ifconfig em1`)" in out
    assert "via 192.168.9.1 by em1" in out


def test_windows_takes_the_address_of_the_card(tmp_path: Path) -> None:
    out = asked(tmp_path, WINDOWS, "10.1.1.1 -client-used 172.16.9.50")
    assert "source address 192.168.9.50, NOT 172.16.9.50, which the client used (documented)" in out
    assert "Find-NetRoute -RemoteIPAddress 10.1.1.1" in out


def test_a_route_that_is_added_is_tried(tmp_path: Path) -> None:
    out = asked(tmp_path, STCP, "10.1.1.1 -client-used 172.16.9.50 -with 'via 172.16.9.7'")
    assert "via 172.16.9.7 by %vos#enetA: source address 172.16.9.50, which the client used" in out


def test_each_line_is_counted_and_what_is_not_understood_is_shown(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("some words\n" + ROUTES)
    done = run(tmp_path, "-q", "--no-log", "load", "t.txt")
    shows(done, "9 lines of t.txt: 7 row, 1 frame, 1 not understood", "t.txt:1: some words")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "t.txt: it is empty"),
        (bytes(range(256)) * 20, "t.txt: it is binary"),
        (b"a poem\nof two lines\n", "t.txt:1: no line of a known table"),
    ],
)
def test_bad_input_is_refused_in_one_line(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "t.txt").write_bytes(data)
    done = run(tmp_path, "-q", "--no-log", "load", "t.txt")
    assert done.status == 1
    assert says in done.err
    assert done.err.count("\n") == 1


def test_names_are_not_looked_up(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text(STCP)
    done = run(tmp_path, "-q", "--no-log", "-c", "load t.txt; predict localhost")
    assert "localhost is a name: give its address" in done.err


def test_each_row_and_flag_is_explained(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text(FREEBSD)
    done = run(tmp_path, "-q", "--no-log", "explain", "t.txt")
    shows(
        done,
        "t.txt:5: default, what no longer prefix holds, goes to the router 192.168.9.1 by em1 [U up; G by a gateway;",
        "t.txt:6: host 127.0.0.1 is on the link by lo0",
        "t.txt:7: network 172.16.9.0/24 (length: written) is on the link by em0",
    )


def test_two_hosts_in_one_text_are_two(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text(ADDR + ROUTES + "\n" + FREEBSD)
    done = run(tmp_path, "-q", "--no-log", "-c", "load t.txt; predict 10.1.1.1 -host t-2; predict 10.1.1.1")
    assert "the text shows another host too, loaded as t-2" in done.out
    assert "which host? say -host NAME: t, t-2" in done.err


@pytest.mark.parametrize("encode", ["utf-16", "utf-8-sig"])
def test_encodings_of_other_systems(tmp_path: Path, encode: str) -> None:
    (tmp_path / "t.txt").write_bytes(WINDOWS.replace("\n", "\r\n").encode(encode))
    done = run(tmp_path, "-q", "--no-log", "load", "t.txt")
    shows(done, "t (windows): ", "5 routes")


def test_quoting_and_blanks_of_mail(tmp_path: Path) -> None:
    quoted = "".join(f"> {' '.join(line.split())}\n" for line in FREEBSD.splitlines())
    out = asked(tmp_path, quoted, "172.16.9.9")
    assert "by em0" in out


def test_a_table_at_the_prompt_is_not_run(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    assert shell.type(pasted(FREEBSD + "192.168.7.0/24 link#2 U em1"), "\r") == ["paste"]
    assert "pasted (" in shell.stdout.getvalue()


def test_lines_after_paste_are_the_table(tmp_path: Path) -> None:
    done = run(tmp_path, "-q", "--no-log", stdin=f"paste -host vos\n{STCP}.\npredict 10.1.1.1 -host vos\n")
    assert "vos: to 10.1.1.1 via 192.168.9.1" in done.out


def test_the_records_of_a_prediction(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text(STCP)
    done = run(tmp_path, "-c", "load t.txt; predict 10.1.1.1 -client-used 172.16.9.50")
    found = {record["type"]: record for record in done.records}
    assert sum(each["lines"] for each in found["tables"]["lines"]) == len(STCP.splitlines())
    prediction = found["prediction"]
    assert (prediction["source"], prediction["differs"], prediction["level"]) == ("192.168.9.50", True, "conditional")
    assert {row["line"] for row in prediction["rows"]} == {12, 17}


def test_a_table_without_brackets_is_named(tmp_path: Path) -> None:
    """Its lines are no commands, and what takes them is said."""
    line = "default            192.168.9.1        UGS         em1"
    done = run(tmp_path, "--no-log", stdin=f"{FREEBSD}{line}\n")
    assert "unknown command 'Routing'" in done.err
    assert "it is a line of a table: paste takes tables, load FILE reads them" in done.err


@pytest.mark.parametrize(("begin", "end"), [("", ".\n"), ("\x1b[200~", "\x1b[201~"), ("", "\x04")])
def test_paste_at_a_terminal_ends_with_the_brackets_or_a_dot(tmp_path: Path, begin: str, end: str) -> None:
    with shell(tmp_path) as terminal:
        terminal.send("paste -host vos\r")
        terminal.wait("or with Ctrl-D")
        terminal.send(f"{begin}{STCP}{end}")
        terminal.wait("18 lines of pasted: 7 row, 1 head, 6 idle, 4 frame")


def test_a_gateway_that_is_reached_by_itself_is_named_and_no_other(tmp_path: Path) -> None:
    """The network of a gateway has no row in STCP's table, and in others if a part was pasted: that is no loop."""
    loop = "$ ip addr\n2: e0: <UP> mtu 1500\n    inet 10.40.0.10/24 scope global e0\n$ ip route\n"
    loop += "default via 10.50.0.1 dev e0\n10.50.0.0/24 via 10.50.0.1 dev e0\n"
    said = "is reached by itself"
    assert f"the gateway 10.50.0.1 {said}" in asked(tmp_path, loop, "10.1.1.1")
    first = ADDR + RULES + "$ ip route show table all\ndefault via 192.168.9.1 dev ethZ\n"
    for text in (STCP, first, "$ ip route\ndefault via 192.168.9.1 dev ethZ src 192.168.9.50\n", FREEBSD, WINDOWS):
        assert said not in asked(tmp_path, text, "10.1.1.1")
