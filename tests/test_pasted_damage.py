"""Damaged and hostile tables: one line says what is wrong, and nothing is certain that rests on a damaged line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from programs import run
from test_predict import ADDR, ROUTES, RULES

WHOLE = ADDR + RULES + ROUTES


def predicted(folder: Path, text: str) -> str:
    (folder / "t.txt").write_text(text)
    done = run(folder, "-q", "--no-log", "predict", "10.1.1.1", "-file", "t.txt")
    assert "internal error" not in done.err
    return " ".join(done.out.split())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("default via 192.168.9.1 dev ethZ\n", "default via 192.168.9.1 dev ethZ *\n"),
        ("default via 192.168.9.1 dev ethZ\n", "default via 192.168.9.1dev ethZ\n"),
        ("192.168.9.0/24 dev ethZ proto", "I92.168.9.0/24 dev ethZ proto"),
        ("32766:\tfrom all lookup main", "--More--32766:\tfrom all lookup main"),
        ("1000:\tfrom 172.16.9.50 lookup 100", "1,000:\tfrom 172.16.9.50 lookup 100"),
        ("lookup main\n32767:", "lookup main32767:"),
        ("lookup main\n", "lookup ma\n"),
        ("lookup 100\n", "lookup 100**\n"),
        ("lookup 100\n", "lookup 1\uff100\n"),
        ("32766:\tfrom all lookup main\n", "[output omitted]\n"),
        ("10.2.0.0/16 via", "-- 12 lines omitted --\n10.2.0.0/16 via"),
        ("$ ip route show table all\ndefault", "$ ip route show table all default"),
        ("$ ip route show table all", "$ ip route show table al"),
        ("dev ethZ\n10.2", "dev ethZab\x08\x08\n10.2"),
        ("    inet 192.168.9.50/24", "    link/ether 00:11:22:33:44:55 brd ff:ff:ff:ff:ff:ff    inet 192.168.9.50/24"),
        ("    inet 192.168.9.50/24", "    **inet** 192.168.9.50/24"),
    ],
)
def test_nothing_is_certain_that_rests_on_a_damaged_line(tmp_path: Path, old: str, new: str) -> None:
    assert "(certain)" in predicted(tmp_path, WHOLE)
    assert WHOLE.count(old) == 1
    assert "(certain)" not in predicted(tmp_path, WHOLE.replace(old, new))


@pytest.mark.parametrize(
    "text",
    [
        *("$ ip -br addr\neth0  UP  10.0.0.1/999\n", "$ ip -br addr\neth0  UP  fe80::1/129\n"),
        *(f"{WHOLE}$ ip rule\n{rule}\n" for rule in ("5: from 10.0.0.0/abc lookup 5", "5: from 10.0.0.0/33 lookup 5")),
        *(f"{WHOLE}$ ip rule\n5: from all fwmark {mark} lookup 5\n" for mark in ("abc", "010", "Oxc9")),
        *(f"{WHOLE}$ ip rule\n5: from all {more}\n" for more in ("goto abc", "lookup main suppress_prefixlength abc")),
        *('[{"ifname":"eth0","addr_info":null}]\n', '[{"ifname":"eth0","addr_info":[5]}]\n', '[{"dst":1}]\n'),
        *(
            '[{"dst":"default","nexthops":null}]\n',
            '[{"dst":"default","nexthops":[5]}]\n',
            '[{"dst":"default","flags":7}]\n',
        ),
        '[{"ifname":"eth0","flags":["UP"],"addr_info":[{"local":"10.0.0.1","prefixlen":-5}]}]\n',
        "[\n" + "[" * 90 + "\n" * 3 + ("[" * 50 + "\n") * 2000 + ("]" * 50 + "\n") * 2000 + "]\n",
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
        "eth0\t00000000\t0100000A\t\u202a0003\t0\t0\t0\t00000000\t0\t0\t0\n",
    ],
)
def test_a_value_that_cannot_be_is_no_internal_error(tmp_path: Path, text: str) -> None:
    assert "(certain)" not in predicted(tmp_path, text)


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for name in ("fifo", "."):
        assert "regular file" in run(tmp_path, "--no-log", "-c", f"load {name}").err or name == "."
    assert "comma" in run(tmp_path, "--no-log", "-c", "load x -host a,b").err


def test_realms_of_a_rule_are_no_condition(tmp_path: Path) -> None:
    text = WHOLE.replace("1000:\tfrom 172.16.9.50 lookup 100", "1000:\tfrom all lookup 100 realms 3/4")
    assert "via 172.16.9.1 by ethA: source address 172.16.9.50 (certain)" in predicted(tmp_path, text)


def test_control_characters_are_said_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("\x1b[1mlo\x1b[0m UNKNOWN 127.0.0.1/8 \neth0 UP 10.0.0.1/24 \n")
    done = run(tmp_path, "--no-log", "-c", "load t.txt; ifconfig -host t")
    assert "\x1b" not in done.out
    assert "1 partly" in done.out


@pytest.mark.parametrize(
    "gateway", ["<192.168.9.1>", "192,168,9,1", "192.168.9.-", "_._.9.1", "192.168.9.N", "….….9.1"]
)
def test_a_damaged_gateway_is_no_name(tmp_path: Path, gateway: str) -> None:
    (tmp_path / "t.txt").write_text(
        "Routing tables\n\nInternet:\nDestination        Gateway            Flags     Netif Expire\n"
        f"default            {gateway:<18} UGS         em1\n10.9.9.0/24        link#1             U           em0\n"
    )
    done = run(tmp_path, "--no-log", "-c", "load t.txt")
    assert "1 partly" in done.out
    assert f"t.txt:5: default            {gateway}" in done.out
