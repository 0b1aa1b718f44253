"""Host names and zones: a link-local address is nothing without its link."""

import socket

import pytest

from stcp_shell.errors import Failure
from stcp_shell.model.connection import INET6, Endpoint
from stcp_shell.net import resolver
from stcp_shell.net.sockaddr import pack


def test_a_name_of_a_link_local_address_keeps_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fe80::1", 0, 0, 1))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [entry])
    assert resolver.addresses("neighbour", INET6, 1.0) == [f"fe80::1%{socket.if_indextoname(1)}"]


@pytest.mark.parametrize("zone", ["4294967297", "9" * 5000], ids=["one more than 32 bits", "endless"])
def test_a_zone_is_not_cut_to_another_interface(zone: str) -> None:
    with pytest.raises(Failure, match="there is no interface"):
        pack(Endpoint(f"fe80::1%{zone}", 1))
