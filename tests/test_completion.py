"""Completion: what is offered for half-typed lines, and that nothing else happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from shells import Shell

from stcp_shell.app.terminal import values
from stcp_shell.app.terminal.completion import StcpCompleter
from stcp_shell.app.terminal.suggestions import Suggestions
from stcp_shell.app.terminal.values import Values
from stcp_shell.commands import CATALOGUE
from stcp_shell.commands.session import Session
from stcp_shell.errors import Failure
from stcp_shell.model.tables import Address, Interface
from stcp_shell.net.tables import interfaces as net_interfaces

Complete = Callable[[str], list[str]]
ADDRESSES = (
    Interface(1, "lo", ("UP",), 65536, None, (Address("127.0.0.1", 8, "host"), Address("::1", 128, "host"))),
    Interface(
        2, "enetA", ("UP",), 1500, None, (Address("172.16.1.50", 24, "global"), Address("fd00::1", 64, "global"))
    ),
    Interface(3, "evil\x1b[31m", ("UP",), 1500, None, ()),
)
SERVICES = "# comment\nftp\t\t21/tcp\nftps 990/tcp # x\nhttp 80/tcp www\ntftp 69/udp\nbroken\n"
HISTORY = ["connect -name 10.9.9.9 -port 1", "bind -name 1.2.3.4; connect -port 1 -name 'old.host'", "connect -name $X"]


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    def local_addresses(family: str | None = None) -> tuple[str, ...]:
        every = (address for interface in ADDRESSES for address in interface.addresses)
        return tuple(address.address for address in every if family in (None, address.family))

    (tmp_path / "services").write_text(SERVICES)
    values.services.cache_clear()
    monkeypatch.setattr(values, "SERVICES", str(tmp_path / "services"))
    (tmp_path / "hosts").write_text("")
    monkeypatch.setattr(values, "HOSTS", str(tmp_path / "hosts"))
    monkeypatch.setattr(net_interfaces, "interfaces", lambda: list(ADDRESSES))
    monkeypatch.setattr(net_interfaces, "local_addresses", local_addresses)
    session = Shell(tmp_path).session
    session.environment = session.environment._replace(variables={"HOME": str(tmp_path)})
    return session


@pytest.fixture
def complete(session: Session) -> Complete:
    completer = StcpCompleter(Values(session, lambda: HISTORY))

    def lines(line: str) -> list[str]:
        """What the line becomes, for each offer."""
        offers = completer.get_completions(Document(line), CompleteEvent(completion_requested=True))
        return [line[: len(line) + offer.start_position] + offer.text for offer in offers]

    return lines


def words(offers: list[str]) -> list[str]:
    return [offer.rpartition(" ")[2] for offer in offers]


def test_commands(complete: Complete) -> None:
    assert complete("con") == ["connect"]
    assert complete("stcp: con") == ["stcp: connect"]
    assert {"socket", "bind", "route", "quit"} <= set(complete(""))
    assert "route print" in complete("route ")
    assert complete("route pr") == ["route print"]
    assert complete("nonsense ") == []


def test_a_second_statement(complete: Complete) -> None:
    assert complete("socket; con") == ["socket; connect"]
    assert complete("note 'a;b' ;use") == ["note 'a;b' ;use"]
    assert "bind" in words(complete("socket ; "))
    assert complete("socket;bi") == ["socket;bind"]


def test_options_that_are_not_given_yet(complete: Complete) -> None:
    connect = CATALOGUE.get("connect")
    every = [f"-{name}" for name in connect.options] if connect else []
    assert words(complete("connect "))[-len(every) :] == every  # after the hosts, which are wanted more often
    assert words(complete("connect -name h -p")) == ["-port"]
    assert words(complete("connect -name h -port 1 ")) == [name for name in every if name not in ("-name", "-port")]
    assert complete("note -") == []


def test_hosts_of_files_are_offered_in_a_fresh_shell(complete: Complete, tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n10.1.1.1 client c # the client\n::1 ip6-loopback\nbroken\n\n")
    ssh = tmp_path / ".ssh"
    ssh.mkdir()
    (ssh / "known_hosts").write_text(
        "server1,10.2.2.2 ssh-ed25519 AAAA\n[server2]:2222 ssh-rsa AAAA\n"
        "|1|hashed= ssh-rsa A\n*.example ssh-rsa A\n# x\n\n"
    )
    for line in ("diagnose ", "connect -name ", "mtu "):
        offered = [word.rpartition(" ")[2] for word in complete(line)]
        for host in ("client", "c", "server1", "10.2.2.2", "server2"):
            assert host in offered
        assert not {"localhost", "ip6-loopback", "*.example", "|1|hashed="} & set(offered)
    assert complete("diagnose cli") == ["diagnose client"]
    assert complete("diagnose client ft") == ["diagnose client ftp", "diagnose client ftps"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("note on", "e"), ("dia", "gnose 127.0.0.1 1 -quick"), ("sockt", None), ("connect 127", None), ("", None)],
)
def test_the_suggestion_is_a_line_that_did_not_fail(typed: str, offered: str | None) -> None:
    suggestions = Suggestions()
    history = InMemoryHistory(
        [
            "note one",
            "diagnose 127.0.0.1 1 -quick",
            "connect 127.0.0.1 1 -from 203.0.113.1",
            "socktes",
            "diagnose h 1 -timeot 2",
        ]
    )
    suggestions.judge("connect 127.0.0.1 1 -from 203.0.113.1", carried_out=False)
    buffer = Buffer(history=history)
    history._loaded_strings = list(history.load_history_strings())
    found = suggestions.get_suggestion(buffer, Document(typed))
    assert (found.text if found else None) == offered


def test_local_addresses_of_the_sockets_family(complete: Complete, session: Session) -> None:
    assert words(complete("bind -name ")) == ["127.0.0.1", "::1", "172.16.1.50", "fd00::1"]
    shell = Shell(Path("/nonexistent"))
    shell.interpreter.run_line("socket -family inet6")
    session.current = shell.session.current
    assert words(complete("bind -name ")) == ["::1", "fd00::1"]
    assert words(complete("bind -port 0 -name f")) == ["fd00::1"]
    shell.session.end("", 0)


def test_the_last_of_a_list(complete: Complete) -> None:
    assert words(complete("traceroute -from 172.16.1.50,f")) == ["172.16.1.50,fd00::1"]


def test_hosts_that_were_used_before(complete: Complete, session: Session) -> None:
    assert words(complete("connect -name ")) == ["old.host", "10.9.9.9"]
    session.remember("10.1.1.1")
    session.remember("client")
    assert words(complete("connect -name ")) == ["client", "10.1.1.1", "old.host", "10.9.9.9"]
    assert words(complete("connect -name 10.")) == ["10.1.1.1", "10.9.9.9"]


def test_services(complete: Complete, session: Session) -> None:
    assert words(complete("connect -port f")) == ["ftp", "ftps"]
    assert words(complete("connect -port ")) == ["ftp", "ftps", "http", "www"]
    shell = Shell(Path("/nonexistent"))
    shell.interpreter.run_line("socket -type dgram")
    session.current = shell.session.current
    assert words(complete("connect -port ")) == ["tftp"]
    shell.session.end("", 0)


def test_interfaces_but_none_whose_name_cannot_be_typed(complete: Complete) -> None:
    assert words(complete("bind -interface ")) == ["lo", "enetA"]
    assert words(complete("ifconfig e")) == ["enetA"]


def test_choices_sockets_and_variables(complete: Complete, session: Session) -> None:
    assert words(complete("socket -type ")) == ["stream", "dgram"]
    assert words(complete("getsockopt nod")) == ["nodelay"]
    session.variables.update(NET="1", N="2121")
    assert words(complete("connect -port $")) == ["$N", "$NET"]
    assert complete("connect -name h${NE") == ["connect -name h${NET}"]
    assert words(complete("set N")) == ["N", "NET"]
    assert words(complete("set t")) == ["timeout"]
    assert complete("note '$N") == []
    shell = Shell(Path("/nonexistent"))
    shell.interpreter.run_line("socket; socket")
    session.sockets = shell.session.sockets
    assert words(complete("use ")) == ["1", "2"]
    assert words(complete("close ")) == ["1", "2"]
    shell.session.end("", 0)


def test_commands_to_help(complete: Complete) -> None:
    assert words(complete("help con")) == ["connect"]
    assert "print" in words(complete("help route "))


def test_files(complete: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one.stcp", "it's two", ".hidden", "con\ntrol"):
        (tmp_path / name).touch()
    (tmp_path / "sub dir").mkdir()
    (tmp_path / "sub dir" / "x").touch()
    assert complete("source o") == ["source one.stcp"]
    assert complete("source .h") == ["source .hidden"]
    assert complete("source 'it''s") == ["source 'it''s two'"]
    assert complete("source sub") == ["source 'sub dir/"]
    assert complete("source 'sub dir/") == ["source 'sub dir/x'"]
    assert complete(f"log -save {tmp_path}/one") == [f"log -save {tmp_path}/one.stcp"]
    assert complete("source /nowhere/at/all") == []
    monkeypatch.setenv("HOME", str(tmp_path))
    assert complete("source ~/on") == ["source ~/one.stcp"]


def test_what_cannot_be_looked_up_is_not_offered(complete: Complete, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(family: str | None = None) -> tuple[str, ...]:
        raise PermissionError

    def none() -> list[Interface]:
        raise Failure("no")

    monkeypatch.setattr(net_interfaces, "local_addresses", denied)
    monkeypatch.setattr(net_interfaces, "interfaces", none)
    monkeypatch.setattr(values, "SERVICES", "/nowhere")
    assert complete("bind -name ") == []
    assert complete("bind -interface ") == []
    assert complete("connect -port ") == []


def test_nothing_in_a_comment_or_behind_what_is_wrong(complete: Complete) -> None:
    assert complete("& con") == []
    assert complete("socket # con") == []
    assert complete("sockets x") == []


@given(
    st.lists(
        st.sampled_from(
            ["bind ", "connect ", "source ", "help ", "-name ", "-port ", "-interface ", "'", ";", "$", "${", " "]
        )
        | st.text(max_size=5)
    ).map("".join)
)
def test_no_half_typed_line_is_too_odd(line: str) -> None:
    shell = Shell(Path("/nonexistent"))
    completer = StcpCompleter(Values(shell.session, lambda: [line]))
    for offer in completer.get_completions(Document(line), CompleteEvent(completion_requested=True)):
        assert offer.text.isprintable()
        assert -len(line) <= offer.start_position <= 0
