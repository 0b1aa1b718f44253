"""What a TLS handshake over a connection showed."""

from typing import Annotated, NamedTuple, Optional

from .record import HostName, Word

TLS_OUTCOMES = (
    "answered",  # the handshake was completed
    "no-tls",  # the peer sent something that is no TLS
    "closed",  # the peer closed its side (FIN) before the handshake was completed
    "reset",
    "stalled",  # nothing came, or a part of the handshake and then nothing more
    "alert",  # the peer ended the handshake with a TLS alert
    "error",  # this host's TLS library rejected what the peer sent
)


class Tls(NamedTuple):
    """A TLS handshake over a connection, without a check of the certificate."""

    outcome: Annotated[Word, "how it ended: " + ", ".join(TLS_OUTCOMES)]
    elapsed: Annotated[float, "seconds from the ClientHello to the end"]
    received: Annotated[int, "bytes that arrived"]
    acknowledged: Annotated[
        Optional[bool], "whether the peer's TCP acknowledged all bytes that were sent; null: not known"
    ] = None
    segments_missing: Annotated[
        Optional[bool],
        "whether segments arrived out of order (TCP_INFO rcv_ooopack): if it stalled, earlier ones are missing "
        "although later ones arrived; null: not known",
    ] = None
    server_name: Annotated[Optional[HostName], "the name in the ClientHello (SNI); null: none was sent"] = None
    version: Annotated[Optional[Word], "TLSv1.3, ...; null: not agreed"] = None
    cipher: Annotated[Optional[Word], "the cipher suite; null: not agreed"] = None
    common_name: Annotated[Optional[HostName], "the CN of the certificate's subject; null: none"] = None
    names: Annotated[tuple[HostName, ...], "the certificate's subject alternative names: DNS names and addresses"] = ()
    issuer: Annotated[Optional[str], "the issuer of the certificate: its CN, or else its O; null: none"] = None
    not_after: Annotated[Optional[Word], "when the certificate expires: ISO 8601, UTC; null: not known"] = None
    fingerprint: Annotated[Optional[Word], "SHA-256 of the certificate, in hexadecimal; null: none"] = None
    detail: Annotated[
        Optional[str], "the alert or the error in words, or the first bytes that are no TLS; null: none"
    ] = None

    def __str__(self) -> str:
        """Return how the handshake ended, in one line; what the peer sent is not made visible here."""
        return _TEXTS.get(self.outcome, _other)(self)


_MOST_NAMES = 2


def _answered(seen: Tls) -> str:
    parts = [(seen.version or "TLS").replace("TLSv", "TLS ")]
    if seen.common_name:
        parts.append(f"CN={seen.common_name}")
    elif seen.names:
        more = len(seen.names) - _MOST_NAMES
        parts.append(f"for {', '.join(seen.names[:_MOST_NAMES])}{f' and {more} more' if more > 0 else ''}")
    if seen.issuer:
        parts.append(f"issuer {seen.issuer}")
    if seen.not_after:
        parts.append(f"until {seen.not_after[:10]}")
    if seen.detail:
        parts.append(seen.detail)
    return ", ".join(parts)


def _no_tls(seen: Tls) -> str:
    return f"the peer sent no TLS but '{seen.detail or ''}'"


def _cut(seen: Tls) -> str:
    how = "the peer closed its side (FIN)" if seen.outcome == "closed" else "a RST came"
    what = (
        f"{_bytes(seen.received)} of the TLS handshake" if seen.received else "the TLS ClientHello, without an answer"
    )
    return f"{how} after {what}"


def _stalled(seen: Tls) -> str:
    took = f"{seen.elapsed:.1f} s"
    missing = "; segments arrived out of order: earlier ones are missing" if seen.segments_missing else ""
    if seen.received:
        return f"the TLS handshake stalled: {_bytes(seen.received)} arrived, but not all of it within {took}{missing}"
    known = {True: "the peer acknowledged it", False: "the peer did not acknowledge all of it"}
    acknowledged = f" ({known[seen.acknowledged]})" if seen.acknowledged is not None else ""
    return f"no answer to the TLS ClientHello within {took}{acknowledged}{missing}"


def _alert(seen: Tls) -> str:
    return f"the peer rejected the TLS handshake: alert {seen.detail}"


def _other(seen: Tls) -> str:
    return f"the TLS handshake failed: {seen.detail or seen.outcome}"


_TEXTS = {
    "answered": _answered,
    "no-tls": _no_tls,
    "closed": _cut,
    "reset": _cut,
    "stalled": _stalled,
    "alert": _alert,
}


def _bytes(number: int) -> str:
    return "1 byte" if number == 1 else f"{number} bytes"
