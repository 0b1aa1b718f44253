"""Addresses in the notations of other systems, and glued to other words: none is left, and nothing else is changed."""

from __future__ import annotations

import re

import pytest
from logs import lines_of

from stcp_shell.log.redaction import Redactor

KEY = bytes(range(32))
MAC6 = "2a00:1450:4001:a:b:c:d:e"


def redacted(text: str, *before: str) -> str:
    records = [{"type": "note", "text": each} for each in (*before, text)]
    return str(Redactor(KEY, lines_of(records))(records[-1])["text"])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        # A word, a number or an escape before an address.
        ("dhcp-00:1b:44:11:3a:b7", "dhcp-"),
        ("eth0-00:1b:44:11:3a:b7", "eth0-"),
        ("x00:1b:44:11:3a:b7", "x"),
        ("eth000:1b:44:11:3a:b7", "eth0"),
        ("br_00:1b:44:11:3a:b7.1", "br_"),
        ("8000.00:1b:44:11:3a:b7", "8000."),
        (f"src_{MAC6}", "src_"),
        (f"addr-{MAC6}", "addr-"),
        (f"IP6.{MAC6}", "IP6."),
        (f"é{MAC6}", "é"),
        (f"%5B{MAC6}%5D", "%5B"),
        (f"q=%20{MAC6}", "q=%20"),
        (rf"\t{MAC6}", r"\t"),
        ("host-2a00:1450:4001::200e", "host-"),
        ("beef.2a00::1:200e", "beef."),
        (f"07:15:22:{MAC6}", "07:15:22:"),
        ("00:1B:44:11:3A:B7.203.45.67.89", ""),
        ("%20203.45.67.89", "%20"),
        ("/?q=%20203.45.67.89", "/?q=%20"),
        ("=20203.45.67.89", "=20"),
        ("eth0.203.45.67.89", "eth0."),
        ("0.203.45.67.89", "0."),
        ("127.203.45.67.89", "127."),
        ("203.45.67.89.443", ""),
        ("1.3.6.1.2.1.4.20.1.1.203.45.67.89", "1.3.6.1.2.1.4.20.1.1."),
        # Other notations.
        ("enx001b44113ab7", "enx"),
        ("wlx001b44113ab7", "wlx"),
        ("8000.001b44113ab7", "8000."),
        ("0x001b44113ab7", "0x"),
        ("203.45.67.x", ""),
        ("203.45.67.*", ""),
        ("203.45.67.{1,2}", ""),
        ("203[.]45[.]67[.]89", ""),
        ("203(.)45(.)67(.)89", ""),
        ("203%2e45%2E67%2e89", "203%2e45%2E67%2e89"),  # mixed: this is said to be impossible
        ("203%2e45%2e67%2e89", ""),
        ("203.45.67.64/255.255.255.192", ""),
        ("0xCB2D4359", "0x"),
        ("2a00_1450_4001_a_b_c_d_e", ""),
        ("2a00-1450-4001-a-b-c-d-e", ""),
        ("2a00-1450-4001--200e.ipv6-literal.net", ""),
        ("2a00%3A1450%3A4001%3A%3A200e", ""),
        ("2a0014504001000a000b000c000d000e", ""),
        ("2a00:1450:4001", ""),
        ("2a00:1450:4001/48", ""),
        ("ip6 2a00:1450:4001::200e.443", "ip6 "),
        ("9.8.7.6.in-addr.arpa", ""),
        ("67.45.203.in-addr.arpa", ""),
        ("89.67.45.203.in-addr.arpa.", ""),
        ("e.0.0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.4.0.5.4.1.0.0.a.2.ip6.arpa", ""),
        ("1.0.0.4.0.5.4.1.0.0.a.2.ip6.arpa", ""),
    ],
)
def test_no_address_is_left(text: str, left: str) -> None:
    made = redacted(text)
    assert made.startswith(left)
    if text == left:
        return
    assert made != text
    assert re.sub(r"\W", "", made) != re.sub(r"\W", "", text)
    for part in re.findall(
        "203.45.67|203.45|1b.?44.?11|3a.?b7|2a00.{0,3}1450|1450.{0,3}4001|200e|4359|67.45.203", text, re.I
    ):
        assert part.lower() not in made.lower()


def test_an_address_is_the_same_in_all_notations() -> None:
    text = "203.45.67.89 203-45-67-89 203[.]45[.]67[.]89 x.203.45.67.89 89.67.45.203.in-addr.arpa 0xcb2d4359"
    plain, hyphens, defanged, behind, reverse, number = redacted(text).split()
    assert hyphens == plain.replace(".", "-")
    assert defanged == plain.replace(".", "[.]")
    assert behind == f"x.{plain}"
    assert reverse == ".".join(reversed(plain.split("."))) + ".in-addr.arpa"
    assert number == "0x" + "".join(f"{int(octet):02x}" for octet in plain.split("."))
    six = redacted(f"{MAC6} {MAC6.replace(':', '_')} {MAC6.replace(':', '%3A')} addr-{MAC6}").split()
    assert six[1:] == [six[0].replace(":", "_"), six[0].replace(":", "%3A"), f"addr-{six[0]}"]


def test_a_hardware_address_of_digits_alone_is_one_if_the_log_has_it_with_colons() -> None:
    assert redacted("a 001144113357 aabbccddeeff") == "a 001144113357 aabbccddeeff"
    made = redacted("a 001144113357 aabbccddeeff", "00:11:44:11:33:57 and aa-bb-cc-dd-ee-ff")
    assert "001144113357" not in made
    assert "aabbccddeeff" not in made


@pytest.mark.parametrize(
    "text",
    [
        *("10:22:33", "2026-11-27T07:15:22.123Z", "2026:11:27 07:15:22", "1.2.3", "v1.2", "a:b", "std::string"),
        *("dump-2026-11-27-07-15-22.pcap", "2026_11_27_12_30_00", "backup-2026-11-27.log", "port 2121", "12345678"),
        *(
            "0xffffff00",
            "127.0.0.1",
            "::1",
            "255.255.255.0",
            "224.0.0.1",
            "00:00:00:00:00:00",
            "1:2:3",
            "Tcp.ActiveOpens",
        ),
        *("src=1", "100%", "50%25", "a\\nb", "08:00:27 08:00", "300.1.2.3", "1.2.3.4444"),
    ],
)
def test_what_is_none_stays(text: str) -> None:
    assert redacted(text) == text


def test_names_in_names_of_interfaces() -> None:
    link = {"name": "wg-acme-corp0", "ifindex": 2, "addresses": []}
    tun = {"name": "acmevpn", "ifindex": 3, "addresses": []}
    plain = {"name": "acme0", "ifindex": 4, "addresses": []}
    known = [
        {"type": "connection", "destination": {"name": name}} for name in ("fw.acme.example", "v.acme-corp.example")
    ]
    record = {"type": "interfaces", "host": "h", "interfaces": [link, tun, plain]}
    made = Redactor(KEY, lines_of([*known, record]))(record)
    assert "acme" not in str(made)
    assert [each["name"][-1] for each in made["interfaces"]] == ["0", "n", "0"]


@pytest.mark.parametrize(
    "text",
    [
        *("a" + "." * 300_000, "a" + ".-" * 150_000, "::1." * 60_000, "f.f:" * 60_000, "1.1.1.1:" * 60_000),
        *(
            "1." * 150_000,
            "a:" * 150_000,
            "0-" * 150_000,
            "a_" * 150_000,
            "%3A" * 100_000,
            "=20" * 100_000,
            "a" * 300_000,
        ),
        *(
            "1.1.1.1.ip6" * 30_000,
            "f." * 150_000,
            "255.255." * 40_000,
            "::" * 150_000,
            "aa:" * 100_000,
            "\\x90" * 80_000,
        ),
    ],
    ids=lambda text: text[:12],
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    """What stands behind them is found, and what stands before them: with time squared it would take minutes."""
    made = redacted(f"203.45.67.89 {text} 203.45.67.89 10.22.33")
    first, *_, last, rest = made.split(" ")
    assert first == last != "203.45.67.89"
    assert rest == "10.22.33"
