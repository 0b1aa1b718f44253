"""Real servers that open connections back to their client, on a host with two addresses.

The client's address is on loopback of its namespace, behind both links; the default route leads out by enetZ. A client
that comes to the address on enetA is called back from there only by a server that binds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from child import ROOT

from children.world import batch
from stcp_shell.lab.namespaces import current_network, inside, new_network

SERVERS = ROOT / ".servers"
HOST_A, HOST_Z, CLIENT = "172.16.1.50", "192.168.77.50", "10.1.1.1"
_LIBRARIES = ("usr/lib/*-linux-gnu", "lib/*-linux-gnu", "usr/lib/*-linux-gnu/amanda")
_HOST = """
link set lo up
link add enetA type veth peer name cva netns {client}
link add enetZ type veth peer name cvz netns {client}
address add 172.16.1.50/24 dev enetA
address add 192.168.77.50/24 dev enetZ
link set enetA up
link set enetZ up
route add default via 192.168.77.1
"""
_CLIENT = """
link set lo up
address add 172.16.1.1/24 dev cva
address add 192.168.77.1/24 dev cvz
address add 10.1.1.1/32 dev lo
link set cva up
link set cvz up
"""
_DROP = """
add table ip f
add chain ip f i { type filter hook input priority 0; }
add rule ip f i ip saddr 192.168.77.50 tcp flags & (syn | ack) == syn drop
"""


def _vsftpd(folder: Path) -> list[str]:
    rules = {
        **dict.fromkeys(("listen", "anonymous_enable"), "YES"),
        **dict.fromkeys(("seccomp_sandbox", "background"), "NO"),  # its sandbox forbids what newer kernels ask for
        **dict.fromkeys(("anon_root", "secure_chroot_dir"), folder / "pub"),
        "nopriv_user": "nobody",
        "ftp_username": "bin",  # its home must exist
        "connect_timeout": 5,
    }
    path = folder / "vsftpd.conf"
    path.write_text("".join(f"{name}={value}\n" for name, value in rules.items()), encoding="ascii")
    return [str(SERVERS / "usr/sbin/vsftpd"), str(path)]


def _proftpd(folder: Path) -> list[str]:
    path = folder / "proftpd.conf"
    lines = [
        *("ServerType standalone", "DefaultServer on", "Port 21", "User nobody", "Group nogroup", "AuthPAM off"),
        *(f"DefaultAddress {HOST_A}", "UseReverseDNS off"),  # or it asks a resolver that is not there
        *(f"ScoreboardFile {folder}/scoreboard", f"PidFile {folder}/pid", f"DelayTable {folder}/delay"),
        *(f"<Anonymous {folder}/pub>", "User nobody", "Group nogroup", "UserAlias anonymous nobody"),
        *("RequireValidShell off", "</Anonymous>"),
    ]
    path.write_text("\n".join([*lines, ""]), encoding="ascii")
    return [str(SERVERS / "usr/sbin/proftpd"), "-n", "-q", "-c", str(path)]


def _pure_ftpd(folder: Path) -> list[str]:
    users, base = folder / "users", folder / "users.pdb"
    user = ["useradd", "lab", "-u", "65534", "-g", "65534", "-d", str(folder / "pub")]
    command = [str(SERVERS / "usr/bin/pure-pw"), *user, "-f", str(users), "-F", str(base), "-m"]
    subprocess.run(command, input="lab\nlab\n", text=True, check=True, env=_environment(), stdout=subprocess.DEVNULL)
    return [str(SERVERS / "usr/sbin/pure-ftpd"), "-S", "21", "-u", "1", "-l", f"puredb:{base}", "-H"]


_PYFTPDLIB = """
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
FTPHandler.authorizer = DummyAuthorizer()
FTPHandler.authorizer.add_anonymous(sys.argv[1])
FTPServer(("0.0.0.0", 21), FTPHandler).serve_forever()
"""
_TWISTED = """
import sys
from twisted.cred.checkers import AllowAnonymousAccess
from twisted.cred.portal import Portal
from twisted.internet import reactor
from twisted.protocols.ftp import FTPFactory, FTPRealm
reactor.listenTCP(21, FTPFactory(Portal(FTPRealm(sys.argv[1]), [AllowAnonymousAccess()])))
reactor.run()
"""


def _python(text: str) -> Callable[[Path], list[str]]:
    return lambda folder: [sys.executable, "-c", text, str(folder / "pub")]


def _ndmjob(folder: Path) -> list[str]:
    path = folder / "ndmp.conf"
    path.write_text("[butype tar]\n", encoding="ascii")
    return [str(SERVERS / "usr/lib/amanda/ndmjob"), "-o", "daemon", "-p", "10000", "-o", f"config-file={path}"]


COMMANDS: dict[str, Callable[[Path], list[str]]] = {
    "vsftpd": _vsftpd,
    "proftpd": _proftpd,
    "pure-ftpd": _pure_ftpd,
    "pyftpdlib": _python(_PYFTPDLIB),
    "twisted": _python(_TWISTED),
    "ndmjob": _ndmjob,
}


def _environment() -> dict[str, str]:
    folders = [str(path) for pattern in _LIBRARIES for path in SERVERS.glob(pattern)]
    return os.environ | {"LD_LIBRARY_PATH": ":".join(folders)}


def meet(server: str, words: str, folder: str, drops: bool = False) -> list[dict[str, Any]]:
    """What `callback` says on the client, and what `watch` says on the host, of a server."""
    place = Path(folder)
    place.joinpath("pub").mkdir()
    client = new_network()
    os.set_inheritable(client, True)
    for path in ("all", "default"):
        Path(f"/proc/sys/net/ipv4/conf/{path}/rp_filter").write_text("0", encoding="ascii")
    host = current_network()
    batch(_HOST.format(client=f"/proc/{os.getpid()}/fd/{client}"))
    with inside(client):
        batch(_CLIENT)
        if drops:
            subprocess.run(["/usr/sbin/nft", "-f", "-"], input=_DROP, text=True, check=True)
    port = 10000 if server == "ndmjob" else 21
    with inside(host), (place / "server.log").open("wb") as log:
        serving = subprocess.Popen(COMMANDS[server](place), env=_environment(), stdout=log, stderr=log)
        _until(lambda: f":{port:04X} 00000000" in _table("tcp") + _table("tcp6"), log.name)
        watching = _shell(place / "watch.jsonl", f"watch -peer {CLIENT} -for {5 if drops else 30} -until callback")
        _until(lambda: "watch" in _text(place / "watch.jsonl") and _listens_to_events(), log.name)
    try:
        with inside(client):
            _shell(
                place / "callback.jsonl", f"{words} -name {HOST_A} -from {CLIENT} -timeout {3 if drops else 12}"
            ).wait(40)
        watching.wait(40)
    finally:
        serving.kill()
        serving.wait()
    return [_last(place / "callback.jsonl", "called"), _last(place / "watch.jsonl", "verdict")]


def _shell(log: Path, words: str) -> subprocess.Popen[bytes]:
    variables = {"PYTHONPATH": str(ROOT), "STCP_SHELL_PASSWORD": "ndmp" if "ndmp" in words else "lab"}
    command = [sys.executable, "-m", "stcp_shell", "--log", str(log), "-c", words]
    return subprocess.Popen(command, env=os.environ | variables, stdout=subprocess.DEVNULL)


def _table(name: str) -> str:
    return Path(f"/proc/thread-self/net/{name}").read_text(encoding="ascii")


def _listens_to_events() -> bool:
    """Whether some socket of sock_diag(7) has joined a group (/proc/net/netlink: protocol 4)."""
    rows = [line.split() for line in _table("netlink").splitlines()[1:]]
    return any(row[1] == "4" and int(row[3], 16) for row in rows)


def _text(path: Path) -> str:
    return path.read_text(encoding="ascii") if path.exists() else ""


def _until(look: Callable[[], bool], log: str) -> None:
    deadline = time.monotonic() + 20
    while not look():
        assert time.monotonic() < deadline, Path(log).read_text(encoding="utf-8", errors="replace")
        time.sleep(0.02)


def _last(log: Path, kind: str) -> dict[str, Any]:
    records = [json.loads(line) for line in _text(log).splitlines()]
    return dict([record for record in records if record["type"] == kind][-1])
