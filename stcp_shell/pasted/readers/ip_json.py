"""`ip -j`: addresses, routes and rules as JSON, on one line or many."""

from __future__ import annotations

import json
import re
from typing import Any

from ...model.connection import INET, INET6
from ..facts import BITS, WRITTEN, Card, Own
from ..states import ROW
from ..table import Context, Reader
from ..words import bare, family_of
from .ip_route import Routes
from .ip_rule import Rules

_START = re.compile(r"\s*\[\s*(?:\{.*)?$")


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line begins a list of objects."""
    return Json(context) if _START.match(line) and ("{" in line or line.strip() == "[") else None


class Json(Reader):
    """A list of objects. It is read when it is complete, or when another table begins."""

    systems = frozenset({"linux"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.lines: list[str] = []
        self.first = 0
        self.done = False

    def read(self, line: int, text: str) -> int | None:
        if self.done:
            return None
        self.first = self.first or line
        self.lines.append(text)
        if text.rstrip().endswith("]"):
            try:
                found = json.loads("\n".join(self.lines))
            except (ValueError, RecursionError):
                pass
            else:
                self.done = True
                return self._objects(line, found)
        return self.context.partly(line, "the list is not complete")

    def _objects(self, line: int, found: Any) -> int:
        state = ROW
        if not isinstance(found, list):
            return self.context.partly(line, "it is no list of objects")
        for number, each in enumerate(found):
            try:
                problem = self._object(self.first, each) if isinstance(each, dict) and each else ""
            except (AttributeError, KeyError, TypeError, ValueError):
                problem = "a value is of another type than in iproute2's output"
            if problem:
                state = self.context.partly(line, f"object {number}: {problem}")
        for each in range(self.first, line):
            self.context.amend(each, ROW)
        return state

    def _object(self, line: int, each: dict[str, Any]) -> str:
        if "ifname" in each and "addr_info" in each:
            return self._card(line, each)
        if "dst" in each and "priority" not in each:
            return self._route(line, each)
        if "priority" in each:
            return self._rule(line, each)
        return "" if each.keys() <= {"ifindex", "ifname"} else "neither an interface nor a route nor a rule"

    def _card(self, line: int, each: dict[str, Any]) -> str:
        host = self.context.host
        flags = tuple(str(flag) for flag in each.get("flags", ()))
        card = Card(str(each["ifname"]), line, flags, [], {"index": str(each.get("ifindex", ""))}, "UP" in flags)
        host.cards[card.name] = card
        host.shown.setdefault("addresses", line)
        host.shown.setdefault("ip addr", line)
        problem = ""
        for info in each["addr_info"]:
            local, length = str(info.get("local", "")), info.get("prefixlen")
            family = family_of(local)
            if family is None or type(length) is not int or not 0 <= length <= BITS[family]:
                problem = "an address is missing or unreadable"
                continue
            marks = tuple(key for key, value in info.items() if value is True)
            card.addresses.append(
                Own(line, local, family, length, WRITTEN, info.get("address"), marks, str(info.get("scope", "global")))
            )
        return problem

    def _route(self, line: int, each: dict[str, Any]) -> str:
        """Read a route in the words of `ip route`: there is one grammar."""
        words = [str(each.get("type", "unicast")), str(each["dst"])]
        names = {"gateway": "via", "dev": "dev", "protocol": "proto", "scope": "scope", "prefsrc": "src"}
        for key, name in {**names, "metric": "metric", "table": "table"}.items():
            if key in each:
                words += [name, str(each[key])]
        if isinstance(via := each.get("via"), dict):
            words += ["via", str(via.get("family", "inet6")), str(via.get("host"))]
        words += [str(flag) for flag in each.get("flags", ()) if flag]
        for hop in each.get("nexthops", ()):
            words.append("nexthop")
            for key, name in (("gateway", "via"), ("dev", "dev")):
                words += [name, str(hop[key])] if key in hop else []
        reader = Routes(self.context)
        reader.six = _six(each)
        state = reader.read(line, " ".join(words))
        return "" if state == ROW else self.context.reasons.pop(line - self.context.first, "it is no route")

    def _rule(self, line: int, each: dict[str, Any]) -> str:
        words = [f"{each['priority']}:", *(["not"] if "not" in each else [])]
        for key, name in (("src", "from"), ("dst", "to")):
            if key in each:
                length = each.get(f"{key}len")
                words += [name, f"{each[key]}/{length}" if length is not None else str(each[key])]
        for key in ("fwmark", "iif", "oif", "ipproto", "sport", "dport"):
            words += [key, str(each[key])] if key in each else []
        if "uid_start" in each:
            words += ["uidrange", f"{each['uid_start']}-{each.get('uid_end')}"]
        words += ["lookup", str(each["table"])] if "table" in each else [str(each.get("action", ""))]
        state = Rules(self.context).read(line, " ".join(word for word in words if word))
        return "" if state == ROW else self.context.reasons.pop(line - self.context.first, "it is no rule")


def _six(each: dict[str, Any]) -> bool:
    addresses = (each.get("gateway"), each.get("prefsrc"), *(hop.get("gateway") for hop in each.get("nexthops", ())))
    families = [family_of(bare(str(address))) for address in addresses if address]
    return INET6 in families or (INET not in families and "pref" in each)
