"""The commands, on real sockets of the loopback interface."""

import re
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest
from programs import Run, closed_port, listening, nobody_came, peer_of, port_of, run, shows

OPTIONS = (
    "keepalive 1|reuseaddr 1|broadcast 1|nodelay 1|keepidle 30|keepintvl 5|keepcnt 4|syncnt 2|usertimeout 2000|ttl 3|"
    "tos 16|mtudiscover 2|freebind 1"
)


def fails(done: Run, said: str) -> None:
    """One line says why."""
    assert done.status == 1
    assert done.err == f"-c:1: {said}\n"


def test_sockets_are_numbered_and_the_newest_is_current(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", "socket; socket -type dgram -family inet6; use 1; sockets; close; sockets; socket")
    shows(done, "socket 2: dgram inet6", "socket 1 is the current one (open)", "socket 1: closed", "socket 3: stream")
    tables = [line.split() for line in done.out.splitlines() if re.match(r"\*?\s+\d", line)]
    assert tables == [
        ["*", "1", "tcp", "open", "-", "-", "-"],
        ["2", "udp", "open", "-", "-", "-"],
        ["2", "udp", "open", "-", "-", "-"],
    ]


def test_bind_is_the_source_that_the_peer_sees(tmp_path: Path) -> None:
    with listening("0.0.0.0") as server:
        lines = f"socket; bind -name 127.0.0.7; connect -name 127.0.0.1 -port {port_of(server)}; getsockname"
        done = run(tmp_path, "-c", lines)
        peer = peer_of(server)
    source = done.connection["source"]
    assert (source["address"], source["port"]) == peer == ("127.0.0.7", peer[1])
    assert done.connection["bound"] == {"address": "127.0.0.7", "port": 0}
    assert done.connection["chosen_by"] == "bind"
    shows(done, f"bound to 127.0.0.7:{peer[1]}", "connected after", f"source       127.0.0.7:{peer[1]}, as bound")
    assert f"local address 127.0.0.7:{peer[1]}" in done.out


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_the_source_that_the_kernel_chooses(tmp_path: Path, address: str) -> None:
    with listening(address) as server:
        family = "inet6" if ":" in address else "inet"
        done = run(tmp_path, "-c", f"socket -family {family}; connect -name {address} -port {port_of(server)}")
        peer = peer_of(server)
    assert (done.connection["source"]["address"], done.connection["source"]["port"]) == peer
    assert (done.connection["chosen_by"], done.connection["bound"]) == ("kernel", None)
    shows(done, "connected after", "chosen by the kernel", "route        this host itself (lo)")


def test_bind_to_a_port_and_to_an_interface(tmp_path: Path) -> None:
    port = closed_port()
    done = run(tmp_path, "-c", f"socket; bind -port {port}; socket; bind -interface lo -port {port}")
    assert done.status == 1  # the same port, on one of the same addresses
    assert f"bound to 0.0.0.0:{port}\n" in done.out
    assert done.err == (
        f"-c:1: bind: 127.0.0.1:{port} is in use (EADDRINUSE): choose another port "
        "(or, if only closed connections are left on it, setsockopt reuseaddr 1 before the bind)\n"
    )
    shows(run(tmp_path, "-c", "socket; bind -interface lo"), "bound to 127.0.0.1:", "(the address of lo)")


def test_bind_to_a_low_port_without_the_right_to(tmp_path: Path) -> None:
    if int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 7:
        pytest.skip("everybody may bind every port here")
    if not shutil.which("setpriv"):
        pytest.skip("setpriv is not there")
    powerless = ["setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service"]
    if subprocess.run([*powerless, "true"], capture_output=True, check=False).returncode:
        powerless = []  # no root: there is nothing to take away
    done = run(tmp_path, "-c", "socket; bind -port 7", before=powerless)
    fails(done, "bind: port 7 needs the privilege to bind ports below 1024 (EACCES): choose a higher port")


@pytest.mark.parametrize(
    "bind",
    ["-name 203.0.113.9", f"-name {'é' * 63}", "-port nosuch", "-interface nosuch"],
)
def test_after_a_failed_bind_no_connect_is_carried_out(tmp_path: Path, bind: str) -> None:
    with listening() as server:
        connect = f"connect -name 127.0.0.1 -port {port_of(server)}"
        done = run(tmp_path, "--keep-going", "-c", f"socket; bind {bind}; {connect}; listen; sockets")
        assert nobody_came(server)
        assert done.status == 1
        assert done.err.splitlines()[1] == (
            "-c:1: connect: not carried out: the bind of socket 1 failed, so this would test the default source"
            " address; bind it first, or open a new one with socket"
        )
        assert "bind failed" in done.out
        again = run(tmp_path, "--keep-going", "-c", f"socket; bind {bind}; bind -name 127.0.0.8; {connect}")
        assert again.connection["source"]["address"] == peer_of(server)[0] == "127.0.0.8"


def test_refused_by_a_reset(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", f"socket; connect -name 127.0.0.1 -port {closed_port()}; sockets")
    shows(done, "connection refused (ECONNREFUSED)", "a RST came, no ICMP error", "refused")
    assert done.connection["outcome"] == "refused"
    assert (done.connection["errno"], done.connection["icmp"]) == ("ECONNREFUSED", None)
    assert done.connection["source"]["address"] == "127.0.0.1"


def test_a_dgram_socket_shows_the_source_without_a_packet(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        done = run(
            tmp_path, "-c", f"socket -type dgram; connect -name 127.0.0.1 -port {port_of(receiver)}; getsockname"
        )
        receiver.setblocking(False)
        with pytest.raises(BlockingIOError):  # an empty datagram would be received, too
            receiver.recv(1)
        shows(done, "no packet was sent (udp)", "source       127.0.0.1:")
        assert done.connection["protocol"] == "udp"
        assert done.connection["rtt"] is None
        run(tmp_path, "-c", f"socket -type dgram; connect -name 127.0.0.1 -port {port_of(receiver)}; send now")
        assert receiver.recv(10) == b"now"


def test_a_conversation_in_both_directions(tmp_path: Path) -> None:
    """Listen, connect to oneself, accept, send and receive: the source in the log is what the other end saw."""
    port = closed_port()
    lines = (
        f"socket; bind -name 127.0.0.1 -port {port}; listen -backlog 2; socket; bind -name 127.0.0.9;"
        f" connect -name 127.0.0.1 -port {port}; use 1; accept -timeout 5; getpeername; use 2;"
        r" send 'a\r\n\t\x00\\\q'; send -line é; shutdown -how write; use 3; recv; recv; send -line bye;"
        " use 2; recv -max 2; recv -max 2; getpeername"
    )
    done = run(tmp_path, "-c", lines)
    shows(done, f"listening on 127.0.0.1:{port}, backlog 2", "accepted from 127.0.0.9:", "sent 8 bytes", "sent 4 bytes")
    results = {record["result"]: record["value"] for record in done.of("result")}
    source = done.connection["source"]
    assert results["accepted"]["peer"] == f"{source['address']}:{source['port']}"
    assert results["accepted"]["local"] == f"127.0.0.1:{port}"
    received = [record["value"] for record in done.of("result") if record["result"] == "received"]
    assert "".join(value["data"] for value in received[:2]) == "a\r\n\t\x00\\\\qé\r\n"
    assert [(value["bytes"], value["data"]) for value in received[2:]] == [(2, "by"), (2, "e\r")]
    assert "sends no more" in done.out


def test_the_peer_closes(tmp_path: Path) -> None:
    with listening() as server:
        thread = threading.Thread(target=peer_of, args=[server], daemon=True)
        thread.start()
        done = run(tmp_path, "-c", f"socket; connect -name 127.0.0.1 -port {port_of(server)}; recv -timeout 9; recv")
        thread.join(20)
    shows(done, "the peer closed its side (FIN)")


@pytest.mark.parametrize("how", ["set timeout 0.2; {}", "{} -timeout 0.2", "set timeout 9; {} -timeout 0.2"])
@pytest.mark.parametrize("what", ["accept", "recv"])
def test_a_wait_ends_after_its_time(tmp_path: Path, how: str, what: str) -> None:
    with listening() as server:
        ready = "listen" if what == "accept" else f"connect -name 127.0.0.1 -port {port_of(server)}"
        done = run(tmp_path, "-c", f"socket; {ready}; {how.format(what)}")
    shows(done, {"accept": "no connection came within 0.2 s", "recv": "nothing was received within 0.2 s"}[what])
    assert done.of("result")[-1]["value"]["seconds"] == 0.2


def test_a_peer_that_takes_nothing_is_not_waited_for(tmp_path: Path) -> None:
    with listening() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connect = f"socket; setsockopt sndbuf 4096; connect -name 127.0.0.1 -port {port_of(server)}"
        done = run(tmp_path, "-c", f"{connect}; set timeout 0.2" + f"; send {'x' * 30_000}" * 4)
    assert "the peer accepted no data within 0.2 s" in done.err


def test_the_time_out_of_the_command_line_and_the_default(tmp_path: Path) -> None:
    with listening() as server:
        connect = f"socket; connect -name 127.0.0.1 -port {port_of(server)}"
        shows(run(tmp_path, "--timeout", "0.1", "-c", f"{connect}; recv; set"), "within 0.1 s", "timeout = 0.1")
    assert "(10, or the value of `set timeout`)" in " ".join(run(tmp_path, "-c", "help connect").out.split())


@pytest.mark.parametrize("family", ["inet", "inet6"])
def test_an_option_is_what_it_was_set_to(tmp_path: Path, family: str) -> None:
    pairs = OPTIONS.split("|")
    lines = [f"setsockopt {pair}; getsockopt {pair.partition(' ')[0]}" for pair in pairs]
    done = run(tmp_path, "-c", "; ".join([f"socket -family {family}", *lines]))
    shows(done)
    assert done.out.splitlines()[1:] == [f"socket 1: {pair}" for pair in pairs for _ in range(2)]


@pytest.mark.parametrize("option", ["sndbuf", "rcvbuf"])
def test_a_buffer_is_what_the_kernel_made_of_it(tmp_path: Path, option: str) -> None:
    shows(run(tmp_path, "-c", f"socket; setsockopt {option} 20000"), f"{option} 40000 (asked for 20000)")


def test_an_option_shows_at_the_peer(tmp_path: Path) -> None:
    with listening() as server:
        connect = f"connect -name 127.0.0.1 -port {port_of(server)}"
        done = run(tmp_path, "-c", f"socket; setsockopt maxseg 700; {connect}; getsockopt maxseg")
        accepted = server.accept()[0]
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG) <= 700
    assert int(done.of("result")[-1]["value"]["value"]) <= 700
