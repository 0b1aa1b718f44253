"""The words of a route in iproute2: pairs, and words that stand alone."""

from __future__ import annotations

from ..words import NUMBER

PAIRS = frozenset(
    [
        "dev",
        "proto",
        "src",
        "metric",
        "table",
        "scope",
        "mtu",
        "advmss",
        "window",
        "rtt",
        "rttvar",
        "ssthresh",
        "initcwnd",
        "initrwnd",
        "cwnd",
        "reordering",
        "hoplimit",
        "expires",
        "pref",
        "weight",
        "nhid",
        "tos",
        "dsfield",
        "realm",
        "realms",
        "error",
        "features",
        "rto_min",
        "quickack",
        "uid",
        "from",
        "iif",
        "cache",
        "fastopen_no_cookie",
        "congctl",
        "protocol",
        "preference",
        "priority",
        "users",
        "age",
        "ipid",
    ]
)
MARKS = frozenset(
    [
        "onlink",
        "linkdown",
        "dead",
        "pervasive",
        "offload",
        "offload_failed",
        "trap",
        "rt_offload",
        "rt_trap",
        "notify",
        "cache",
        "redirected",
    ]
)
_NUMBERS = frozenset(
    ["metric", "mtu", "advmss", "weight", "nhid", "initcwnd", "initrwnd", "hoplimit", "priority", "preference"]
)


def values_of(words: list[str]) -> dict[str, str] | str:
    """Return the pairs of a row; a text says what is wrong."""
    values: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if word in MARKS:
            continue
        if word not in PAIRS and word != "via":
            return f"not understood: {word[:40]}"
        value = next(rest, None)
        if word == "via" and value in ("inet", "inet6"):
            values[value] = value
            value = next(rest, None)
        if word == "mtu" and value == "lock":
            value = next(rest, None)
        if value is None or value in PAIRS or value in MARKS or value == "via":
            return f"{word} has no value"
        if word in values:
            return f"{word} is there twice: lines were joined"
        if word in _NUMBERS and not NUMBER(value):
            return f"{word} is no number: {value[:40]}"
        values[word] = value
    return values
