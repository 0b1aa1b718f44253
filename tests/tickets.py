"""A session log made by hand, with one record of every kind that says where hosts are. Its names occur nowhere else."""

from __future__ import annotations

from typing import Any

from schemas import Record, validate

HOST, TARGET = "zebra7.corp.example.com", "quagga"
OWN, OTHER, GATEWAY, REMOTE = "192.0.2.77", "198.51.100.9", "192.0.2.1", "203.0.113.200"
OWN6, LINK6, MAC = "2001:db8:5:6::77", "fe80::5054:ff:fe12:3456", "52:54:00:12:34:56"
ORIGINALS = (HOST, "zebra7", TARGET, OWN, OTHER, GATEWAY, REMOTE, OWN6, LINK6, MAC, "192.0.2.255", "192.0.2.0")
ICMP = {"type": 3, "code": 13, "meaning": "communication administratively prohibited", "from": GATEWAY}
ROUTE = {"gateway": GATEWAY, "interface": "eth7", "source": OWN, "table": 254, "kind": "unicast", "redirected": False}
BANNER = f"220 ftp.{HOST} for {REMOTE}:21 ({OWN6}, {MAC.replace(':', '-')})"


def log() -> list[Record]:
    """The records, as the program would have written them."""
    made = [
        {
            "type": "session",
            "version": "0.1.0",
            "host": HOST,
            "system": "Linux 6.1",
            "arguments": [],
            "pid": 1,
            "schema": 2,
            "variables": [f"H={TARGET}"],
            "scripts": [],
        },
        _command("note " + BANNER),
        {"type": "note", "command": 2, "text": f"{TARGET} said: {BANNER}; see [{OWN6}]:22, {OWN}:80 and {OWN}/32"},
        _command(f"connect -name {TARGET} -port 21"),
        _interfaces(),
        _routes(),
        connection(OWN, outcome="prohibited", errno="EHOSTUNREACH", icmp=ICMP),
        {"type": "result", "command": 4, "result": "received", "value": _received()},
        {"type": "result", "command": 4, "error": f"{TARGET.upper()}: {REMOTE} is not there, nor is {LINK6}%eth7"},
        _verdict(),
        _trace(),
        _route(),
        {
            "type": "expectation",
            "command": 4,
            "met": False,
            "expected": f"from {OWN}",
            "seen": OTHER,
            "evidence": [BANNER],
            "where": f"{HOST}.stcp:3",
            "flow": f"{OWN} -> {OTHER}:2121",
        },
        {"type": "end", "reason": "quit", "status": 0},
    ]
    made = [
        {"type": record.pop("type"), "seq": number, "time": f"2026-01-31T15:33:{number:02}.123Z", **record}
        for number, record in enumerate(made, 1)
    ]
    validate(made)
    return made


def connection(source: str, **fields: Any) -> Record:
    """A connection to the target."""
    return {
        "type": "connection",
        "command": 4,
        "socket": 1,
        "protocol": "tcp",
        "bound": None,
        "source": {"address": source, "port": 40000},
        "chosen_by": "kernel",
        "destination": {"name": TARGET, "address": REMOTE, "port": 21},
        "route": ROUTE,
        "outcome": "connected",
        "errno": None,
        "icmp": None,
        "elapsed": 0.01,
        "rtt": None,
        "syn_retransmits": 0,
        "rst": False,
        "syn": None,
        "answerer": None,
        "others": [OTHER],
        "note": f"{TARGET} is {REMOTE}",
        "interrupted": False,
        "sent": None,
        "hold": None,
        **fields,
    }


def _command(text: str) -> Record:
    return {"type": "command", "text": text, "from": "typed"}


def _received() -> Record:
    return {"socket": 1, "bytes": 9, "data": BANNER, "peer": None}


def _interfaces() -> Record:
    def address(text: str, length: int, scope: str, broadcast: str | None = None) -> Record:
        return {
            "address": text,
            "prefix_length": length,
            "scope": scope,
            "broadcast": broadcast,
            "peer": None,
            "label": None,
            "flags": [],
        }

    own = [
        address(OWN, 24, "global", "192.0.2.255"),
        address(OWN6, 64, "global"),
        address(f"{LINK6}%eth7", 64, "link"),
    ]
    link = {"ifindex": 2, "name": "eth7", "flags": ["UP"], "mtu": 1500, "hardware": MAC, "addresses": own}
    return {
        "type": "interfaces",
        "command": 4,
        "host": HOST,
        "interfaces": [link],
        "counters": None,
        "automatic": True,
        "more": False,
    }


def row(destination: str, length: int, gateway: str | None, source: str | None = None) -> Record:
    """A row of the main table."""
    return {
        "destination": destination,
        "prefix_length": length,
        "hops": [{"gateway": gateway, "interface": "eth7", "weight": 1}],
        "kind": "unicast",
        "source": source,
        "metric": None,
        "table": 254,
        "protocol": "kernel",
        "scope": "link",
        "expires": None,
    }


def _routes() -> Record:
    defaults = [row("0.0.0.0", 0, GATEWAY)]
    rows = [*defaults, row("192.0.2.0", 24, None, OWN)]
    rule = {
        "family": "inet",
        "priority": 10,
        "source": f"{OWN}/32",
        "destination": None,
        "action": "lookup",
        "table": 254,
        "selectors": [],
    }
    others: list[Record] = []
    return {
        "type": "routes",
        "command": 4,
        "defaults": defaults,
        "routes": rows,
        "count": 2,
        "others": others,
        "others_count": 0,
        "rules": [rule],
        "neighbours": None,
        "neighbours_count": 0,
        "links": None,
        "automatic": True,
        "more": False,
    }


def _verdict() -> Record:
    tried = {
        "address": OWN,
        "chosen_by": "kernel",
        "outcome": "prohibited",
        "attempts": 3,
        "answered": 3,
        "errno": "EHOSTUNREACH",
        "icmp": ICMP,
        "rst": False,
        "syn": None,
        "route": ROUTE,
        "interface": "eth7",
        "rtt": None,
        "elapsed": 0.01,
        "answerer": None,
        "trace": _path(),
        "hold": None,
        "lost": 0,
        "answered_at": None,
        "tls": None,
        "banner": None,
        "mtu": None,
    }
    attempt = {
        "experiment": "sources",
        "sent": "2026-01-31T15:33:50.123Z",
        "source": {"address": OWN, "port": 40001},
        "chosen_by": "kernel",
        "destination": {"address": REMOTE, "port": 21},
        "gateway": GATEWAY,
        "interface": "eth7",
        **{name: tried[name] for name in ("outcome", "errno", "icmp", "rst", "rtt", "hold")},
        "syn_fate": None,
        "syn_retransmits": 0,
        "elapsed": 0.01,
        "resets": None,
    }
    cause = {
        "cause": "filter",
        "where": "network",
        "box": GATEWAY,
        "certainty": "proven",
        "because": f"{GATEWAY} sent it",
    }
    return {
        "type": "verdict",
        "command": 4,
        "kind": "filtered",
        "destination": {"name": TARGET, "address": REMOTE, "port": 21},
        "summary": f"{GATEWAY} refuses {TARGET}",
        "sources": [tried],
        "blames": [{"box": GATEWAY, "sources": [OWN]}],
        "evidence": [f"from {OWN}: ICMP 3/13 from {GATEWAY}"],
        "remedies": [f"  Linux: ip route replace {REMOTE}/32 via {GATEWAY} dev eth7 src {OWN}"],
        "severity": "bad",
        "certainty": "proven",
        "causes": [cause],
        "excluded": [{"cause": "host-down", "because": f"{OTHER} reaches it"}],
        "attempts": [attempt],
        "readings": [{"name": "Tcp.OutRsts", "before": 1, "after": 2}],
        "context": [{"address": OWN, "interface": "eth7", "reason": f"not meant to reach {REMOTE}", "outcome": None}],
        "syns": 6,
        "most_syns": 40,
        "seconds": 0.5,
    }


def _path() -> Record:
    hop = {"ttl": 1, "address": GATEWAY, "rtt": 0.001, "icmp": ICMP, "outcome": "prohibited"}
    return {"source": OWN, "chosen_by": "bind", "route": ROUTE, "outcome": "prohibited", "hops": [hop]}


def _trace() -> Record:
    return {
        "type": "trace",
        "command": 4,
        "destination": {"name": TARGET, "address": REMOTE, "port": 21},
        "others": [OTHER],
        "most_hops": 30,
        "cancelled": False,
        "traces": [_path()],
    }


def _route() -> Record:
    return {
        "type": "route",
        "command": 4,
        "destination": {"name": TARGET, "address": REMOTE, "port": 0},
        "from": None,
        "source": OWN,
        "gateway": GATEWAY,
        "interface": "eth7",
        "kind": "unicast",
        "table": 254,
        "prefix": "default",
        "errno": None,
        "rules": [],
        "reason": "gateway-subnet",
        "why": f"the subnet of {GATEWAY}",
        "kernel": OWN,
        "connect": {"source": OWN, "errno": None},
        "agrees": True,
        "second": None,
        "notes": [f"{OTHER} was not tried"],
        "others": [OTHER],
    }
