"""Redaction: the same stand-ins under one key, subnets that stay subnets, and no original in any format."""

from __future__ import annotations

import json
import re
import stat
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import lines_of, write
from programs import run
from schemas import Record, validate
from tickets import BANNER, GATEWAY, HOST, MAC, ORIGINALS, OWN, OWN6, REMOTE, TARGET, log

from stcp_shell.log.networks import Networks
from stcp_shell.log.pseudonyms import Pseudonyms
from stcp_shell.log.ranges import public
from stcp_shell.log.reader import ReadProblems, entries
from stcp_shell.log.redaction import Redactor
from stcp_shell.report.formats import FORMATS

KEY = bytes(range(32))
LOGGED = Path(__file__).parent / "golden" / "version3" / "every.jsonl"
PSEUDONYMS = Pseudonyms(KEY, Networks())
V4 = st.integers(0, 2**32 - 1).map(IPv4Address)
V6 = st.integers(0, 2**128 - 1).map(IPv6Address)
# Neighbours, of which two random addresses have none.
NEAR6 = st.integers(0, 2**20).map(lambda low: IPv6Address(0x20010DB8_00000000_00000000_00000000 | low << 40))
FEW = st.integers(0, 2**20).map(lambda low: IPv4Address(0x2D010000 + low))
QUICK = settings(max_examples=60, deadline=None)


def made(address: Any) -> Any:
    pseudonym = ip_address(PSEUDONYMS.address(str(address)))
    assert pseudonym.version == address.version
    return pseudonym


def common(one: Any, other: Any) -> int:
    return int(one.max_prefixlen) - (int(one) ^ int(other)).bit_length()


def redact(records: list[Record]) -> list[Record]:
    return list(map(Redactor(KEY, lines_of(records)), records))


def text(value: str, *names: str) -> str:
    record = {"type": "note", "text": value}
    known = [{"type": "connection", "destination": {"name": name}} for name in names]
    return str(redact([*known, record])[-1]["text"])


def standins(*originals: Any) -> Pseudonyms:
    """Stand-ins for a log that holds these addresses and networks."""
    networks = Networks()
    for each in originals:
        if isinstance(each, (IPv4Network, IPv6Network)):
            networks.prefix(str(each.network_address), each.prefixlen)
        else:
            networks.address(str(each))
    return Pseudonyms(KEY, networks)


NETWORKS = st.one_of(
    st.tuples(V4, st.integers(5, 32)), st.tuples(V6 | NEAR6, st.integers(20, 128)), st.tuples(FEW, st.integers(8, 32))
).map(lambda pair: ip_network(pair, strict=False))
UNUSED = [*map(ip_network, ("198.18.0.0/15", "240.0.0.0/5", "2001:db8::/32", "3fff::/20"))]


@QUICK
@given(st.lists(V4 | FEW | V6 | NEAR6, max_size=8), st.lists(NETWORKS, max_size=3))
def test_relations_of_addresses_and_networks_are_kept(addresses: list[Any], networks: list[Any]) -> None:
    made = standins(*addresses, *networks)
    found = {each: ip_address(made.address(str(each))) for each in addresses}
    moved = {each: ip_network((made.prefix(str(each[0]), each.prefixlen), each.prefixlen)) for each in networks}
    assert len(set(found.values())) == len(found)
    for one, standin in found.items():
        for other, its in found.items():
            if one.version == other.version and public(one.packed) == public(other.packed):
                shared = common(one, other)
                assert common(standin, its) == shared or (
                    public(one.packed) and shared < (16 if one.version == 4 else 32)
                )
        for network, where in moved.items():
            if public(one.packed) and public(network[0].packed) and not made.places.missing:
                assert (standin in where) == (one in network)


@QUICK
@given(st.lists(V4 | FEW | V6, max_size=12))
def test_public_addresses_become_none_of_the_internet(addresses: list[Any]) -> None:
    made = standins(*addresses)
    for each in filter(lambda each: each.is_global and not each.is_multicast, addresses):
        assert any(ip_address(made.address(str(each))) in range_ for range_ in UNUSED) or made.places.missing


def test_networks_of_the_same_log_do_not_get_into_one_another() -> None:
    """200 providers: of each an address alone, and none that could be taken for a neighbour of another."""
    addresses = [IPv4Address((number << 16) + 0x2D0A0107) for number in range(200)]
    made = standins(*addresses)
    found = [ip_address(made.address(str(each))) for each in addresses]
    assert all(each in UNUSED[0] for each in found)
    assert len({int(each) >> 8 for each in found}) == len(found)


def test_large_networks_are_reserved_ones_and_half_of_the_internet_stays() -> None:
    """`0.0.0.0/1` and `128.0.0.0/1` are routes of many VPNs."""
    made = standins(ip_network("45.0.0.0/8"), ip_address("45.1.2.3"))
    assert ip_address(made.address("45.1.2.3")) in ip_network((made.prefix("45.0.0.0", 8), 8))
    assert ip_address(made.address("45.1.2.3")) in UNUSED[1]
    assert (made.prefix("128.0.0.0", 1), made.prefix("0.0.0.0", 1)) == ("128.0.0.0", "0.0.0.0")
    assert made.prefix("2000::", 3) == "2000::"


def test_the_next_log_has_the_same_standins() -> None:
    one, other = (
        standins(ip_address(OWN), ip_address("45.1.2.3")),
        standins(ip_address("45.1.2.3"), ip_address("45.1.9.9")),
    )
    assert one.address("45.1.2.3") == other.address("45.1.2.3")


def test_more_networks_than_the_ranges_hold_are_said() -> None:
    texts = [" ".join(f"{net}.{number}.1.2 {net}.{number}.200.3" for number in range(256)) for net in range(45, 53)]
    records = [{"type": "note", "text": text} for text in texts]
    redactor = Redactor(KEY, lines_of(records))
    found = {word for record in records for word in redactor(record)["text"].split()}
    assert len(found) == len(texts) * 512
    assert re.search("too many networks.*: [0-9]+ may", redactor.remarks("-redact-also")[-1])
    assert len(Redactor(KEY, lines_of(records[:2])).remarks("-redact-also")) == 1


@QUICK
@given(V4 | V6, st.binary(min_size=32, max_size=32))
def test_the_key_alone_decides(address: Any, key: bytes) -> None:
    assert Pseudonyms(key, Networks()).address(str(address)) == Pseudonyms(key, Networks()).address(str(address))


def test_another_key_makes_others() -> None:
    keys = [bytes([number]) * 32 for number in range(20)]
    assert len({Pseudonyms(key, Networks()).address(OWN6) for key in keys}) == len(keys)
    assert len({Pseudonyms(key, Networks()).name(HOST) for key in keys}) == len(keys)
    assert len({Pseudonyms(key, Networks()).hardware(bytes(6) + b"x") for key in keys}) == len(keys)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "127.0.0.1", "127.1.2.3", "224.0.0.1", "239.255.0.1", "255.255.255.255", "255.255.255.0"),
        *("::", "::1", "ff02::1", "ff05::1:3", "::ffff:127.0.0.1"),
    ],
)
def test_what_everybody_knows_stays(address: str) -> None:
    assert PSEUDONYMS.address(address) == address


@pytest.mark.parametrize(
    ("address", "prefix"), [("169.254.7.8", "169.254."), ("fe80::1:2", "fe80::"), ("::ffff:10.1.1.1", "::ffff:")]
)
def test_known_prefixes_stay(address: str, prefix: str) -> None:
    assert PSEUDONYMS.address(address).startswith(prefix)
    assert PSEUDONYMS.address(address) != address


@QUICK
@given(V4 | V6)
def test_no_other_address_becomes_one_that_everybody_knows(address: Any) -> None:
    for what in ("is_loopback", "is_unspecified", "is_link_local", "is_multicast"):
        assert getattr(made(address), what) == getattr(address, what)


def test_an_ipv4_address_is_the_same_in_an_ipv6_one() -> None:
    inner = PSEUDONYMS.address("10.1.1.1")
    assert PSEUDONYMS.address("::ffff:10.1.1.1") == f"::ffff:{inner}"
    assert IPv6Address(PSEUDONYMS.address("64:ff9b::a01:101")).packed[12:] == IPv4Address(inner).packed


def test_networks_have_nothing_behind_their_prefix() -> None:
    network, host = PSEUDONYMS.prefix("10.1.0.0", 16), PSEUDONYMS.address("10.1.2.3")
    assert network.endswith(".0.0")
    assert host.startswith(network.removesuffix("0.0"))
    assert PSEUDONYMS.prefix("0.0.0.0", 0) == "0.0.0.0"
    assert PSEUDONYMS.prefix("10.1.2.3", 16) == host
    assert PSEUDONYMS.prefix("2001:db8::", 32).endswith("::")


def test_names_of_a_domain_have_it_in_common() -> None:
    one, other = PSEUDONYMS.name("a1.corp.example.com"), PSEUDONYMS.name("B2.CORP.example.com")
    assert one.split(".")[1:] == other.split(".")[1:]
    assert one.split(".")[0] != other.split(".")[0]
    assert one.endswith(".com")
    assert PSEUDONYMS.name("localhost") == "localhost"


def test_hardware_addresses() -> None:
    made = PSEUDONYMS.hardware(bytes.fromhex(MAC.replace(":", "")))
    assert (len(made), made[0] & 3) == (6, 2)
    for octets in (bytes(6), b"\xff" * 6):
        assert PSEUDONYMS.hardware(octets) == octets
    assert len(PSEUDONYMS.hardware(bytes(range(1, 21)))) == 20


def numeric(address: Any) -> str:
    return PSEUDONYMS.address(str(address))


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "[{}]:22",
        "({}).",
        "{}, {}; {}",
        "{}: refused",
        "x={}",
        "from {}%eth0",
        "'{}'",
        "<{}>",
        "{}-{}",
        "{}.",
    ],
)
@pytest.mark.parametrize("address", [OWN, OWN6])
def test_addresses_inside_of_text(around: str, address: str) -> None:
    assert text(around.replace("{}", address)) == around.replace("{}", numeric(address))


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        (f"{OWN}:8080", f"{numeric(OWN)}:8080"),
        (f"{OWN}/32 and 192.0.2.0/24", f"{numeric(OWN)}/32 and {PSEUDONYMS.prefix('192.0.2.0', 24)}/24"),
        ("300.192.0.2.77", f"300.{numeric(OWN)}"),
        ("192.000.002.077", numeric(OWN)),
        (f"host{OWN}x", f"host{numeric(OWN)}x"),
        (f"2001:DB8:5:6::77,{OWN}", f"{numeric(OWN6)},{numeric(OWN)}"),
        ("2001:db8:5:6:0:0:0:77", numeric(OWN6)),
        (f"::ffff:{OWN}", f"::ffff:{numeric(OWN)}"),
        (f"http://[{OWN6}]/", f"http://[{numeric(OWN6)}]/"),
    ],
)
def test_other_forms_of_addresses(said: str, becomes: str) -> None:
    assert text(said) == becomes


@pytest.mark.parametrize("form", [MAC, MAC.upper(), MAC.replace(":", "-"), "5254.0012.3456"])
def test_forms_of_hardware_addresses(form: str) -> None:
    assert re.sub(r"[:.-]", "", text(form)) == PSEUDONYMS.hardware(bytes.fromhex(MAC.replace(":", ""))).hex()


@pytest.mark.parametrize(
    "said",
    [
        "at 15:33:51 (ICMP 3/13), 2.5 s, 1.2.3, 6.18.44-generic",
        "std::string 127.0.0.1 ::1 localhost",
        "sysctl -w net.ipv4.conf.eth0.rp_filter=2; examples/callback.stcp:3; ticket.html; it is, e.g., so... i.e.",
        "netmask 255.255.255.0 broadcast 255.255.255.255",
        "",
        ":::: .. -- __ 1:2:3 \x1b[31m",
    ],
)
def test_what_is_neither_stays(said: str) -> None:
    assert text(said) == said


def test_names_inside_of_text() -> None:
    name, whole = PSEUDONYMS.name(TARGET), PSEUDONYMS.name(HOST)
    assert (
        text(f"{TARGET}: ({TARGET.title()}), quaggas and {TARGET}-2.", TARGET)
        == f"{name}: ({name}), quaggas and {name}-2."
    )
    assert text(f"{HOST} or ZEBRA7", HOST) == f"{whole} or {whole.split('.')[0]}"
    assert text(f"220 ftp.{HOST} ready") == f"220 {PSEUDONYMS.name(f'ftp.{HOST}')} ready"  # by its form
    assert "zebra7" not in text("log/zebra7.corp-2026.jsonl", HOST)


@pytest.mark.parametrize(
    "record",
    [
        {"type": "session", "host": TARGET},
        {"type": "command", "text": f"bind -name '{TARGET}'; socket"},
        {"type": "connection", "destination": {"name": TARGET}},
        {"type": "comparison", "new": {"host": TARGET}},
        {"type": "result", "result": "bound", "value": {"address": TARGET}},
        {"type": "later", "destination": {"name": TARGET}},
    ],
)
def test_a_name_is_known_before_the_record_that_shows_it(record: Record) -> None:
    shown = redact([{"type": "note", "text": f"now {TARGET}"}, record])
    assert shown[0]["text"] == f"now {PSEUDONYMS.name(TARGET)}"
    assert TARGET not in json.dumps(shown)


@QUICK
@given(st.text(alphabet="abf0129:.%/-_ n", max_size=60))
def test_any_text_has_the_same_standins_again(value: str) -> None:
    assert text(value) == text(value)
    assert text(f"{value} {OWN}").endswith(numeric(OWN))


NAMED = {"log": "log", "-": "standard input"}
HOSTILE = (
    *(
        "a." * 30_000,
        "1:" * 30_000,
        "1." * 30_000,
        ":" * 30_000,
        "aa-" * 30_000,
        "fe80::" * 20_000,
        "x1.1.1.1" * 30_000,
    ),
    *(
        "-" * 100_000,
        "a-" * 750,
        r"\x90" * 30_000,
        "1-2-3-4" * 20_000,
        "1_" * 50_000,
        "xn--" * 30_000,
        "a.xn--" * 20_000,
    ),
    *("[1.2.3.4/" * 20_000, "00-" * 40_000, "0000." * 30_000, "a" * 1_000_000, "1.2/" * 30_000, "1" * 300_000),
)


def test_long_texts_take_no_longer_than_they_must() -> None:
    for hostile in HOSTILE:  # with time squared, or calls that call themselves, this would not end, or fail
        assert len(text(hostile, "a.b.c.d.e.f.g", "a-" * 750 + "a", hostile[:2000])) >= 1


# What a peer, a paste or a person writes; no part of it may be left.
V4_TEXT, V6_TEXT, MAC_TEXT = "203.45.67.89", "2a01:4f8:c17:7a2::beef", "3c:ec:ef:2:9a:b7"
NOTATIONS = [
    *(
        "{}",
        "{}:80",
        "{}/24",
        "{}.",
        "[{}]",
        "x{}",
        "{}x",
        "http://{}/",
        r"\\{}\share",
        r"\x90{}",
        r"\n{}",
        "/{}/",
        "={}",
    ),
    *("{}-{}", "{},{}", "{};{}", "({})", "<{}>", "'{}'", "{}->{}", "{}%eth0", "_{}_", "{}/255.255.255.0", "@{}", "#{}"),
]
FORMS_V4 = [
    *(
        "203.45.67.0-255",
        "203.45.67.89-99",
        "ip-203-45-67-89",
        "ip-203-45-67-89.eu.compute",
        "203-45-67-89",
        "203_45_67_89",
    ),
    *("host-203-45-67-89x", "a_203_45_67_89_b", "203.45.67/24", "net 203.45/16", "89.67.45.203.in-addr.arpa"),
    *("::ffff:203.45.67.89", "64:ff9b::203.45.67.89", "203.045.067.089", "203.45.67.89.2121 > 203.45.67.88.80:"),
]
FORMS_V6 = [
    *(
        f"{V6_TEXT}.2121 >",
        f"{V6_TEXT}.80: Flags",
        f"[{V6_TEXT}]:80",
        f"{V6_TEXT}/64",
        f"{V6_TEXT}%en0",
        V6_TEXT.upper(),
    ),
    *(
        "2a01:04f8:0c17:07a2:0000:0000:0000:beef",
        "2a01:4f8:c17:7a2:0:0:0:beef",
        f"http://[{V6_TEXT}]:80/x",
        f"\\x90{V6_TEXT}",
    ),
]
FORMS_MAC = [
    *(
        "3c:ec:ef:2:9a:b7",
        "3c:ec:ef:02:9a:b7",
        "3C-EC-EF-02-9A-B7",
        "3cec.ef02.9ab7",
        "3cecef-029ab7",
        "3cec-ef02-9ab7",
    ),
    *("3cecef029ab7", "lladdr 3c:ec:ef:02:9a:b7,", "(3cec.ef02.9ab7)"),
]
FORMS_NAME = [
    *(
        "zebra7.acme-corp.example",
        "http://zebra7.acme-corp.example/x",
        r"\\zebra7.acme-corp.example\c$",
        "ftp://a:b@zebra7.acme-corp.example",
    ),
    *(
        "/var/log/zebra7.acme-corp.example.log",
        "zebra7.acme-corp.example.jsonl",
        "zebra7.acme-corp.example:80",
        "x@acme-corp.example",
    ),
    *(
        "zebra7",
        "ACME-CORP",
        "acme-corp_backup",
        "tun-acme-corp",
        "(zebra7)",
        "zebra7-old.txt",
        "ZEBRA7.ACME-CORP.EXAMPLE.",
    ),
]
FORMS_UNSEEN = [
    *("portal.zebra7.xn--p1ai", "www.zebra7.sh", "www.zebra7.md", "mail.zebra7.so", "портал.zebra7.рф", "zebra7.東京"),
    *(
        "xn--zebra7-kva.example",
        f"{'zebra7-' * 12}x.example",
        f"zebra7.{'a.' * 140}example",
        "_sip._tcp.zebra7.example",
        "zebra7.example.",
    ),
]


@pytest.mark.parametrize("form", [*FORMS_V4, *(around.replace("{}", V4_TEXT) for around in NOTATIONS)])
def test_no_notation_of_an_ipv4_address_survives(form: str) -> None:
    assert not re.search(r"203[.\-_]0?45|67[.\-_]0?89|89\.67\.45", text(form))


@pytest.mark.parametrize("form", [*FORMS_V6, *(around.replace("{}", V6_TEXT) for around in NOTATIONS)])
def test_no_notation_of_an_ipv6_address_survives(form: str) -> None:
    assert not re.search("4f8|c17|7a2|beef", text(form).lower().replace("%en0", ""))


@pytest.mark.parametrize("form", FORMS_MAC)
def test_no_notation_of_a_hardware_address_survives(form: str) -> None:
    assert not re.search("3cec|ef0?2|9ab7", re.sub("[:.-]", "", text(form).lower()))


@pytest.mark.parametrize("form", [*FORMS_NAME, *FORMS_UNSEEN])
def test_no_notation_of_a_name_survives(form: str) -> None:
    known = () if form in FORMS_UNSEEN else ("zebra7.acme-corp.example",)
    assert not re.search("zebra7|acme", text(form, *known).lower())


def test_a_name_is_replaced_everywhere_if_it_is_anywhere() -> None:
    note = {"type": "note", "text": "acme-corp is a customer"}
    link = {"ifindex": 1, "name": "acme-corp0", "flags": [], "mtu": 1500, "hardware": None, "addresses": []}
    tun = {**link, "name": "tun-acme-corp"}
    later = {"type": "new", "text": "see http://www.acme-corp.example/"}
    shown = json.dumps(redact([note, {"type": "interfaces", "host": "h", "interfaces": [link, tun]}, later]))
    assert "acme-corp " not in shown
    assert "tun-acme" not in shown


@pytest.mark.parametrize(
    ("private", "network"),
    [
        ("10.9.8.7", "10."),
        ("172.31.0.9", "172."),
        ("192.168.7.8", "192.168."),
        ("100.64.9.9", "100."),
        ("fd12:3456::9", "fd"),
    ],
)
def test_private_addresses_stay_private(private: str, network: str) -> None:
    assert ip_address(numeric(private)).is_private == ip_address(private).is_private
    assert numeric(private).startswith(network) or network == "fd"
    assert numeric(private) != private


def test_words_of_the_program_stay() -> None:
    said = (
        "the kernel chose it for the client; socket 1: connected; watch -peer; net 2.5 s; 12:34:56.789; libc.so.6 x.py"
    )
    assert text(said, "ftp.acme-corp.example") == said


def test_records_stay_records() -> None:
    found = redact(log())
    validate(found)
    assert [record["time"] for record in found] == [record["time"] for record in log()]
    connection = next(record for record in found if record["type"] == "connection")
    assert connection["source"] == {"address": numeric(OWN), "port": 40000}
    assert connection["route"] == {
        "gateway": numeric(GATEWAY),
        "interface": "eth7",
        "source": numeric(OWN),
        "table": 254,
        "kind": "unicast",
        "redirected": False,
    }
    assert connection["destination"].items() >= {"name": PSEUDONYMS.name(TARGET), "port": 21}.items()
    assert ip_address(connection["destination"]["address"]) in UNUSED[0]
    assert (connection["outcome"], connection["errno"]) == ("prohibited", "EHOSTUNREACH")


@pytest.mark.parametrize(
    "record",
    [
        {"type": "new", OWN: [{"x": OWN}, [OWN]], "name": TARGET, "host": TARGET},
        {"type": "connection", "destination": OWN, "source": 7, "outcome": OWN, "interface": OWN, "time": OWN},
        {
            "type": "routes",
            "routes": [{"destination": 5, "prefix_length": "x", "hops": None}, {"prefix_length": 1, "hops": 1}],
        },
        {"type": "routes", "routes": [{"destination": OWN, "prefix_length": -(10**30)}, {"destination": OWN}]},
        {"type": "routes", "routes": [{"destination": OWN, "prefix_length": length} for length in (-1, 33, 1.5)]},
        {"type": "result/bound", "value": OWN},
        {"type": "interfaces", "interfaces": [{"ifindex": None, "name": OWN, "hardware": OWN}, {"hardware": ""}]},
        {"type": "new", "deep": json.loads("[" * 500 + f'"{OWN}"' + "]" * 500)},
        {"type": "result", "value": [OWN], "error": None},
        {"type": "result", "result": "bound", "value": OWN},
        {"type": "result", "result": OWN, "value": {"address": [OWN]}},
        {"type": OWN, "text": {"deep": OWN}},
    ],
)
def test_odd_records(record: Record) -> None:
    (found,) = redact([record])
    assert OWN not in json.dumps(found)


@pytest.mark.parametrize("form", FORMATS)
def test_no_original_is_left_in_any_format(form: str, tmp_path: Path) -> None:
    def report(redact: Redactor | None) -> str:
        problems = ReadProblems()
        return "\n".join(FORMATS[form].write(entries(lines_of(log()), problems, redact), problems))

    assert OWN in report(None)
    lines = report(Redactor(KEY, lines_of(log())))
    assert [original for original in ORIGINALS if original.lower() in lines.lower()] == []
    write(tmp_path / "log", log())
    for words, stdin in ((["log"], b""), (["-"], (tmp_path / "log").read_bytes())):
        done = run(tmp_path, "--report", *words, "--redact", "--format", form, stdin=stdin)
        assert (done.status, done.err[: done.err.index(";")]) == (0, f"stcp-shell: {NAMED[words[0]]}: redacted")
        assert [original for original in ORIGINALS if original.lower() in done.err.lower()] == []
        assert [original for original in ORIGINALS if original.lower() in done.out.lower()] == []


def test_a_session_of_its_own(tmp_path: Path) -> None:
    line = f"note {BANNER}; set H {HOST}; echo $H; log -redact -key key -save one; log -redact -key key -save two"
    done = run(tmp_path, "-c", f"{line}; log -redact")
    assert done.status == 0
    assert "bytes saved in one" in done.out
    one, two = ((tmp_path / name).read_text() for name in ("one", "two"))
    assert Pseudonyms(bytes.fromhex((tmp_path / "key").read_text()), Networks()).name(HOST) in one
    assert one[one.index("note: ") :].splitlines()[0] in two
    for shown in (one, two, done.out[done.out.index("Session log") :]):
        assert [original for original in (HOST, REMOTE, OWN6) if original in shown] == []


def test_words_that_may_name_somebody_are_listed_beside_the_ticket_and_replaced_on_demand(tmp_path: Path) -> None:
    lines = "note ask ACMEcorp about zebra-7 and kilo99; connect -name 127.0.0.1 -port 1; note {} and plain words"
    listed = "ACMEcorp, zebra-7, kilo99: if one of these names somebody, use {} WORD,WORD"
    done = run(tmp_path, "--log", "log", "--keep-going", "-c", f"{lines}; log -redact")
    assert listed.format("-redact-also") in done.err
    assert "if one of these" not in done.out
    done = run(tmp_path, "--report", "log", "--redact", "--redact-also", "acmecorp,kilo99")
    assert "zebra-7: if one of these" in done.err
    assert not re.search("acmecorp|kilo99", done.out, re.IGNORECASE)
    assert run(tmp_path, "-c", "log -redact-also x").err == "-c:1:1: log: -redact-also needs -redact\n"


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "log", log())
    key = tmp_path / "key"
    key.write_text("ab" * 32)
    key.chmod(0o644)
    done = run(tmp_path, "--report", "log", "--redact", "--key", "key")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("stcp-shell: key: other users may read the key")


def test_the_key_file(tmp_path: Path) -> None:
    key = tmp_path / "key"
    write(tmp_path / "log", log())

    def report() -> str:
        done = run(tmp_path, "--report", "log", "--redact", "--key", "key")
        assert (done.status, done.err[: done.err.index(";")]) == (0, "stcp-shell: log: redacted")
        return done.out

    first = report()
    made = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert re.fullmatch(rb"[0-9a-f]{64}\n", made)
    assert report() == first
    assert key.read_bytes() == made
    key.unlink()
    assert report() != first


@pytest.mark.parametrize("content", [b"", b"x" * 64, b"ab" * 31, b"ab" * 33, b"\xff\0", b"ab" * 4000])
def test_what_is_no_key_file_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    done = run(tmp_path, "--report", "-", "--redact", "--key", "key")
    assert done.status == 1
    assert done.err.startswith("stcp-shell: key: this is not a key file (64 hexadecimal digits): ")
    assert done.err.count("\n") == 1
    assert (tmp_path / "key").read_bytes() == content


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--report", "-", "--redact", "--key", "."], "stcp-shell: .: "),
        (["--report", "-", "--redact", "--key", "no/key"], "stcp-shell: no/key: No such file or directory (ENOENT)"),
        (["--report", "-", "--key", "k"], "stcp-shell: --key needs --redact\n"),
        (["--redact"], "stcp-shell: --redact needs --report FILE\n"),
        (["-c", "log -key k"], "-c:1:1: log: -key needs -redact\n"),
        (["-c", "log -redact -key no/key"], "-c:1: log: no/key: No such file or directory (ENOENT)\n"),
    ],
)
def test_what_goes_wrong_is_one_line(tmp_path: Path, words: list[str], said: str) -> None:
    done = run(tmp_path, *words)
    assert done.status in (1, 2)
    assert done.err.startswith(said)
    assert done.err.count("\n") == 1
    assert not (tmp_path / "k").exists()


PROSE = "passive mode, in which the client connects; client:2121 and 'client' got no answer from the server"


@pytest.mark.parametrize("name", ["client", "CLIENT", "server"])
def test_a_host_that_is_called_as_a_common_word_leaves_the_sentences_of_this_program(name: str) -> None:
    """It is replaced where it is a host: as an argument, in its field, before a port, between quotes."""
    verdict = next(record for record in map(json.loads, LOGGED.read_text().splitlines()) if record["type"] == "verdict")
    verdict = {**verdict, "remedies": [PROSE], "evidence": [PROSE], "summary": PROSE, "destination": {"name": name}}
    command = {"type": "command", "text": f"diagnose {name} 2121; predict -client-used 10.1.1.1 -name {name}"}
    error = {"type": "result", "error": f"{name} has no address"}
    records = [verdict, command, error]
    made, said, failed = map(Redactor(KEY, lines_of(records), own=["client-used"]), records)
    standin = made["destination"]["name"]
    assert standin != name
    low, other = name.lower(), {"client": "server", "server": "client"}[name.lower()]
    hidden = PROSE.replace(f"{low}:2121", f"{standin}:2121").replace(f"'{low}'", f"'{standin}'")
    assert (made["summary"], made["remedies"], made["evidence"]) == (hidden, [hidden], [hidden])
    assert other in made["summary"]
    assert said["text"] == f"diagnose {standin} 2121; predict -client-used {said['text'].split()[5]} -name {standin}"
    assert failed["error"] == f"{standin} has no address"


def test_a_host_with_a_name_of_its_own_leaves_no_sentence() -> None:
    verdict = next(record for record in map(json.loads, LOGGED.read_text().splitlines()) if record["type"] == "verdict")
    verdict = {**verdict, "summary": "zebra connects, by the router gw1.acme.example", "destination": {"name": "zebra"}}
    (made,) = redact([verdict])
    assert not re.search("zebra|gw1|acme", str(made))
