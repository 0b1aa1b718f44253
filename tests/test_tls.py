"""TLS handshakes: with services of several manners, on paths that lose what is large, and hostile certificates."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import socket
import ssl
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic

import pytest
from children import handshakes as services
from children import labs
from conftest import in_lab
from hypothesis import given
from hypothesis import strategies as st
from programs import closed_port, listening

from stcp_shell.model.connection import Endpoint
from stcp_shell.model.tls import TLS_OUTCOMES, Tls
from stcp_shell.net.certificate import MOST_CHARACTERS, MOST_NAMES, Certificate, Malformed, read
from stcp_shell.net.probes.tls import from_sources, handshake, handshakes, sni
from stcp_shell.report.text.escape import visible

A, Z, CLIENT, PORT = "172.16.1.50", "192.168.77.50", "10.1.1.1", 2122
NAMES = "DNS:ftp.example.net,DNS:*.example.net,IP:10.1.1.1,IP:fd00::1,email:x@example.net"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    if not shutil.which("openssl"):
        if os.environ.get("CI"):
            pytest.fail("openssl is not installed")
        pytest.skip("openssl is not installed: no certificates")
    return str(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def pem(folder: str) -> str:
    """A usual certificate."""
    return services.certificate(folder, "usual", "/O=Example CA/CN=ftp.example.net", NAMES)


@pytest.fixture(scope="module")
def context(pem: str) -> ssl.SSLContext:
    return services.context(pem)


def der(pem: str) -> bytes:
    """The certificate in a file."""
    text = Path(pem).read_text(encoding="ascii")
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    return base64.b64decode(text.partition(begin)[2].partition(end)[0])


def said_of(seen: Tls) -> str:
    """The text of a handshake, as it is shown."""
    return visible(str(seen))


def shaken(manner: str, context: ssl.SSLContext, timeout: float = 5.0, name: str | None = "ftp.example.net") -> Tls:
    """A handshake with a service of that manner."""
    with services.service(manner, context) as port, socket.create_connection(("127.0.0.1", port)) as sock:
        return handshake(sock, name, timeout)


# The handshake


def test_a_tls_service(context: ssl.SSLContext, pem: str) -> None:
    found = shaken("tls", context)
    assert (found.outcome, found.version, found.server_name) == ("answered", "TLSv1.3", "ftp.example.net")
    assert (found.common_name, found.issuer) == ("ftp.example.net", "ftp.example.net")
    assert found.names == ("ftp.example.net", "*.example.net", "10.1.1.1", "fd00::1")
    assert found.fingerprint == hashlib.sha256(der(pem)).hexdigest()
    assert found.cipher
    assert found.received > 300
    assert found.elapsed < 2
    assert (found.detail, found.segments_missing, found.acknowledged) == (None, None, None)
    until = (found.not_after or "")[:10]
    assert said_of(found) == f"TLS 1.3, CN=ftp.example.net, issuer ftp.example.net, until {until}"


def test_the_name_reaches_the_service(pem: str) -> None:
    asked: list[str | None] = []
    made = services.context(pem)
    made.sni_callback = lambda sock, name, _: asked.append(name)
    for name in ("client", "10.1.1.1", None):
        assert shaken("tls", made, name=name).outcome == "answered"
    assert asked == ["client", None, None]


def test_an_older_version(pem: str) -> None:
    made = services.context(pem)
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    assert shaken("tls", made).version == "TLSv1.2"


def test_a_service_that_does_not_know_the_name(pem: str) -> None:
    made = services.context(pem)
    made.sni_callback = lambda sock, name, _: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    found = shaken("tls", made)
    assert found.outcome == "alert"
    assert "unrecognized name" in said_of(found)


@pytest.mark.parametrize(
    ("manner", "outcome", "said"),
    [
        ("alert", "alert", "the peer rejected the TLS handshake: alert handshake failure"),
        ("banner", "no-tls", r"the peer sent no TLS but '220 a\x1bb ready\r\n\xff'"),
        ("reply", "no-tls", r"the peer sent no TLS but 'HTTP/1.1 400 Bad Request\r\n'"),
        ("banner-reset", "no-tls", r"the peer sent no TLS but 'SSH-2.0-x\r\n'"),
        ("closed", "closed", "the peer closed its side (FIN) after the TLS ClientHello, without an answer"),
        ("reset", "reset", "a RST came after the TLS ClientHello, without an answer"),
        ("garbage", "error", "the TLS handshake failed: "),
    ],
)
def test_what_is_no_tls_service(context: ssl.SSLContext, manner: str, outcome: str, said: str) -> None:
    found = shaken(manner, context)
    assert found.outcome == outcome
    assert said_of(found).startswith(said)
    assert found.elapsed < 2


def test_a_service_that_closes_in_the_middle(context: ssl.SSLContext) -> None:
    found = shaken("half-closed", context)
    assert found.outcome == "closed"
    assert said_of(found) == f"the peer closed its side (FIN) after {found.received} bytes of the TLS handshake"


def test_a_service_that_stalls_in_the_middle(context: ssl.SSLContext) -> None:
    found = shaken("half", context, 0.3)
    assert found.outcome == "stalled"
    assert (found.acknowledged, found.segments_missing) == (True, False)
    assert 0.3 <= found.elapsed < 2
    assert (
        said_of(found) == f"the TLS handshake stalled: {found.received} bytes arrived, but not all of it within 0.3 s"
    )
    assert found.received > 100


def test_a_service_that_says_nothing(context: ssl.SSLContext) -> None:
    found = shaken("silent", context, 0.3)
    assert (found.outcome, found.received, found.acknowledged) == ("stalled", 0, True)
    assert said_of(found) == "no answer to the TLS ClientHello within 0.3 s (the peer acknowledged it)"


def test_many_at_once_with_progress(context: ssl.SSLContext) -> None:
    calls: list[int] = []
    with services.service("silent", context) as port, services.service("tls", context) as other:
        socks = [socket.create_connection(("127.0.0.1", number)) for number in (port, other, port)]
        started = monotonic()
        found = handshakes(socks, None, 0.35, lambda: calls.append(1))
        took = monotonic() - started
        for sock in socks:
            sock.close()
    assert [each.outcome for each in found] == ["stalled", "answered", "stalled"]
    assert 0.35 <= took < 0.7
    assert len(calls) >= 3


def test_from_sources(context: ssl.SSLContext) -> None:
    with services.service("tls", context) as port:
        sources = [None, "127.0.0.7", "203.0.113.9", "127.0.0.8"]
        tried = from_sources(Endpoint("127.0.0.1", port), sources, "client", 5.0)
    assert [found and found.outcome for _, found in tried] == ["answered", "answered", None, "answered"]
    assert [probe.source and probe.source.address for probe, _ in tried] == [
        "127.0.0.1",
        "127.0.0.7",
        None,
        "127.0.0.8",
    ]
    assert tried[2][0].outcome(None) == "address-unavailable"
    assert all(probe.sock.fileno() < 0 for probe, _ in tried)
    ((probe, nothing),) = from_sources(Endpoint("127.0.0.1", closed_port()), [None], None, 5.0)
    assert (probe.outcome(None), nothing) == ("refused", None)


def test_a_large_clienthello_that_is_not_taken(context: ssl.SSLContext) -> None:
    """The handshake goes on where the socket accepts bytes again."""
    with listening() as server, socket.socket() as sock:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        sock.connect(server.getsockname())
        sock.setblocking(False)
        with suppress(BlockingIOError):
            while sock.send(b"x" * 4096):
                pass
        found = handshake(sock, None, 0.3)
    assert (found.outcome, found.acknowledged) == ("stalled", False)
    assert "did not acknowledge all of it" in said_of(found)


# The path


def test_a_path_that_loses_what_is_large(namespaces: None, folder: str) -> None:
    """Router Z drops large packets to Z: of the certificate only the last segment arrives, which is a small one."""
    many = ",".join(f"DNS:host-{number}.example.net" for number in range(110))
    large = services.certificate(folder, "large", "/CN=large.example.net", many)
    rules = f"""
        table ip t {{
            chain f {{ type filter hook forward priority 0; ip daddr {Z} meta length > 1400 drop; }}
        }}
    """
    *_, found = in_lab(
        "open",
        partial(services.on_the_client, PORT, large),
        partial(labs.on, "router-z", "nft -f -", rules),
        partial(services.from_all, CLIENT, PORT, [Z, A], "large.example.net", 2.0),
    )
    assert found[0] == [Z, "connected", ["stalled", 0, True, True, None]]
    assert found[1][:2] == [A, "connected"]
    assert found[1][2][0] == "answered"
    assert found[1][2][4] == "large.example.net"


def test_a_path_on_which_our_ack_is_lost(namespaces: None, pem: str) -> None:
    rules = "table ip t { chain f { type filter hook forward priority 0; ct state invalid drop; }; }"
    *_, found = in_lab(
        "open",
        partial(services.on_the_client, PORT, pem),
        partial(labs.on, "router-z", "nft -f -", rules),
        partial(services.from_all, CLIENT, PORT, [A, Z], "client", 0.6),
    )
    assert found[0] == [A, "connected", ["stalled", 0, False, False, None]]
    assert found[1][2][0] == "answered"


# The text


def test_every_outcome_has_a_text() -> None:
    for outcome in TLS_OUTCOMES:
        assert said_of(Tls(outcome, 0.1, 0))


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Tls("answered", 0.1, 9, version="TLSv1.2", names=("a", "b", "c")), "TLS 1.2, for a, b and 1 more"),
        (Tls("answered", 0.1, 9, version="TLSv1", names=("a",)), "TLS 1, for a"),
        (Tls("answered", 0.1, 9, version="TLSv1.3", detail="why"), "TLS 1.3, why"),
        (Tls("reset", 0.1, 1), "a RST came after 1 byte of the TLS handshake"),
        (
            Tls("stalled", 2.0, 0, True, True),
            "no answer to the TLS ClientHello within 2.0 s (the peer acknowledged it); segments arrived out of order: "
            "earlier ones are missing",
        ),
        (Tls("stalled", 2.0, 0), "no answer to the TLS ClientHello within 2.0 s"),
    ],
)
def test_the_text(seen: Tls, said: str) -> None:
    assert said_of(seen) == said


# The name


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("ftp.example.net", "ftp.example.net"),
        ("ftp.example.net.", "ftp.example.net"),
        ("backup_1", "backup_1"),
        ("bücher.example", "bücher.example"),
        *[
            (other, None)
            for other in (None, "", ".", "..", "a..b", "10.1.1.1", "::1", "fe80::1%eth0", "x" * 64, "a\0b")
        ],
    ],
)
def test_the_name_that_is_sent(context: ssl.SSLContext, name: str | None, sent: str | None) -> None:
    assert sni(name) == sent
    assert shaken("tls", context, name=name).outcome == "answered"


# The certificate


@pytest.mark.parametrize(
    ("subject", "alternatives", "more", "expected"),
    [
        ("/CN=a", "", (), ("a", (), "a")),
        ("/O=Org/OU=Unit", "DNS:b", (), (None, ("b",), "Org")),
        ("/OU=Unit", "", (), (None, (), "Unit")),
        ("/C=DE", "", (), (None, (), None)),
        ("/", "DNS:b", (), (None, ("b",), None)),
        ("/CN=first/CN=last", "", (), ("last", (), "last")),
        ("/CN=Bücher \u202e", "", (), ("Bücher \u202e", (), "Bücher \u202e")),
        ("/CN=a\x1b[31m\n", "DNS:x\x07y", (), ("a\x1b[31m\n", ("x\x07y",), "a\x1b[31m\n")),
        ("/CN=a", "", ("-days", "20000"), ("a", (), "a")),
    ],
)
def test_what_a_certificate_says(
    folder: str, subject: str, alternatives: str, more: tuple[str, ...], expected: tuple[object, ...]
) -> None:
    found = read(der(services.certificate(folder, "one", subject, alternatives, *more)))
    assert found[:3] == expected
    assert (found.not_after or "").startswith("20")
    text = said_of(Tls("answered", 0.1, 9, **found._asdict()))
    assert text.isprintable()
    assert "\u202e" not in text


def test_the_end_is_what_openssl_says(folder: str) -> None:
    for days in ("30", "20000"):  # UTCTime, GeneralizedTime
        made = services.certificate(folder, "end", "/CN=a", "", "-days", days)
        decoded = ssl._ssl._test_decode_cert(made)  # type: ignore[attr-defined]
        seconds = ssl.cert_time_to_seconds(decoded["notAfter"])
        shown = read(der(made)).not_after or ""
        assert ssl.cert_time_to_seconds(_as_openssl(shown)) == seconds


def _as_openssl(text: str) -> str:
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[int(text[5:7]) - 1]
    return f"{month} {text[8:10]} {text[11:19]} {text[:4]} GMT"


def test_long_and_many_names_are_limited(folder: str) -> None:
    many = ",".join(f"DNS:{number}.example.net" for number in range(MOST_NAMES + 9))
    found = read(der(services.certificate(folder, "many", "/CN=a", f"DNS:{'x' * 5000},{many}")))
    assert len(found.names) == MOST_NAMES
    assert len(found.names[0]) == MOST_CHARACTERS


def test_what_is_cut_off_is_malformed(pem: str) -> None:
    whole = der(pem)
    for length in range(len(whole)):
        with pytest.raises(Malformed):
            read(whole[:length])


def _outcome(data: bytes) -> type:
    try:
        return type(read(data))
    except Malformed as why:
        return type(why)


def test_a_changed_byte_does_no_harm(pem: str) -> None:
    whole = der(pem)
    outcomes = {
        _outcome(whole[:place] + bytes([value]) + whole[place + 1 :])
        for place in range(len(whole))
        for value in (0, 1, 0x1F, 0x30, 0x7F, 0x80, 0x84, 0x88, 0xFF)
    }
    assert outcomes == {Certificate, Malformed}


@given(st.binary(max_size=200), st.integers(0, 6))
def test_any_bytes_do_no_harm(data: bytes, depth: int) -> None:
    for _ in range(depth):
        if len(data) > 250:
            break
        data = bytes([0x30, 0x81, len(data)]) + data
    assert _outcome(data) in (Certificate, Malformed)
