"""`ip rule`: the policy rules of Linux."""

from __future__ import annotations

import re

from ...model.connection import INET, INET6
from ...model.tables import Rule
from ..facts import BITS, PolicyRule
from ..states import IDLE, ROW
from ..table import Context, Reader
from ..words import NUMBER, family_of

_RULE = re.compile(r"(?P<priority>\d+):\s+(?P<rest>(?:not )?from .*)$")
_TABLE = re.compile(r"[\w.-]+\Z", re.ASCII).match
_FWMARK = re.compile(r"(?:0x[0-9a-f]{1,8}|0|[1-9][0-9]{0,9})(?:/(?:0x[0-9a-f]{1,8}|0|[1-9][0-9]{0,9}))?\Z").match
_CHECKS = {"lookup": _TABLE, "table": _TABLE, "fwmark": _FWMARK, "goto": NUMBER, "suppress_prefixlength": NUMBER}
_NAMED = {"local": 255, "main": 254, "default": 253}
_SELECTORS = frozenset(
    [
        "goto",
        "fwmark",
        "iif",
        "oif",
        "uidrange",
        "ipproto",
        "sport",
        "dport",
        "tos",
        "dsfield",
        "suppress_prefixlength",
        "suppress_ifgroup",
        "realms",
        "tun_id",
        "proto",
        "protocol",
        "dscp",
        "flowlabel",
    ]
)
_VALUES = frozenset(("from", "to", "lookup", "table"))
_MARKS = frozenset(("not", "l3mdev", "[detached]", "[unresolved]"))
_ACTIONS = frozenset(["prohibit", "unreachable", "blackhole", "nop"])


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line is a policy rule."""
    return Rules(context) if _RULE.match(line.strip()) else None


class Rules(Reader):
    """Rules in the order of their priority. `ip -6 rule` shows those of IPv6, in the same words."""

    systems = frozenset({"linux"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.family = INET6 if "-6" in context.command else INET
        if "from" in context.command:
            context.host.gaps.setdefault("a rule may be joined to the command line above it", context.first)

    def read(self, line: int, text: str) -> int | None:
        stripped = text.strip()
        if not stripped:
            return IDLE
        found = _RULE.match(stripped)
        if not found:
            return None
        words = found["rest"].split()
        rule, problem, table = self._rule(int(found["priority"]), words)
        host = self.context.host
        host.shown.setdefault(f"rules {rule.family}", line)
        host.rules.append(PolicyRule(line, rule, table, not problem))
        return self.context.partly(line, problem) if problem else ROW

    def _rule(self, priority: int, words: list[str]) -> tuple[Rule, str, str]:
        """Return the rule, what is wrong with it, and its table as it is written."""
        values, selectors, action, problem = _parts(words)
        table = values.get("lookup", values.get("table", ""))
        if action == "lookup" and not table and "l3mdev" not in selectors:
            problem = problem or "the table is missing"
        prefixes = {}
        for word in ("from", "to"):
            value = values.get(word, "all")
            prefixes[word] = None if value == "all" else _prefix(value)
            if value != "all" and not _is_prefix(value):
                problem = problem or f"the address is masked or unreadable: {value[:40]}"
        source, destination = prefixes["from"], prefixes["to"]
        family = family_of((source or destination or "").partition("/")[0]) or self.family
        number = _NAMED.get(table, int(table) if NUMBER(table) else None)
        return Rule(family, priority, source, destination, action, number, tuple(selectors)), problem, table


def _parts(words: list[str]) -> tuple[dict[str, str], list[str], str, str]:
    """Return the values of a rule, its further conditions, its action, and what is wrong."""
    values: dict[str, str] = {}
    selectors: list[str] = []
    action, problem = "lookup", ""
    rest = iter(words)
    for word in rest:
        if word in _MARKS:
            selectors.append(word)
            continue
        if word in _ACTIONS:
            action = word
            continue
        value = next(rest, None)
        if value is None or (word not in _VALUES and word not in _SELECTORS):
            problem = problem or (f"{word} has no value" if value is None else f"not understood: {word[:40]}")
            continue
        if word in values or any(each.startswith(f"{word} ") for each in selectors):
            problem = problem or f"{word} is there twice: two lines may be joined"
        if word in _CHECKS and not _CHECKS[word](value):
            problem = problem or f"the value of {word} is unreadable: {value[:40]}"
        if word in _VALUES:
            values[word] = value
        elif word != "realms":  # it is no condition (ip-rule(8))
            action = "goto" if word == "goto" else action
            selectors.append(f"{word} {value}")
    return values, selectors, action, problem


def _is_prefix(value: str) -> bool:
    address, slash, tail = value.partition("/")
    family = family_of(address)
    return family is not None and (not slash or (NUMBER(tail) is not None and int(tail) <= BITS[family]))


def _prefix(value: str) -> str:
    return value if "/" in value else f"{value}/{128 if ':' in value else 32}"
