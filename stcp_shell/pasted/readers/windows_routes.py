"""Windows: `route print` and `netstat -r`, in any language. Rows are known by their shape, not by words."""

from __future__ import annotations

import re

from ...model.connection import INET, INET6
from ..facts import MASK, WRITTEN, Card, Row, Way
from ..states import HEAD, IDLE, ROW
from ..table import Context, Reader
from ..words import NUMBER, family_of, is_masked, number4, number6
from .rulers import Rulers
from .windows_shapes import (
    ACTIVE,
    LARGEST,
    PERSISTENT,
    WINDOWS,
    card_of,
    description_of,
    family_in,
    has_address,
    has_card,
    is_card,
    is_columns,
    is_on_link,
    is_phrase,
    is_row,
    is_ruler,
    is_title,
    narrow,
    prefix6,
    section_of,
    values4,
    without_family,
)


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line can only be the first of `route print`, or a ruler before it."""
    text = " ".join(words)
    if is_ruler(text):
        return Rulers(context)
    ends = text.rstrip(":").endswith((".", ",", ";"))
    if len(words) <= 12 and not ends and not re.search(r"\d", without_family(text)):
        if section_of(text) and text.endswith(":"):
            return Routes(context)
        if is_columns(text) or (":" not in text and len(words) <= 5 and is_title(text)):
            return Routes(context)
    return Routes(context) if is_card(text) or is_row(words) else None


class Routes(Reader):
    """Reads lists of interfaces and tables of routes of both families."""

    systems = WINDOWS

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.part = ""  # of the table; empty: not known
        self.titled = False  # a title was read, and no row since
        self.rows = False
        self.after = ""  # what the line before was: ruler, title, section
        self.wrapped: tuple[int, list[str]] | None = None
        self.joined = 0  # the row that the line before completed
        self.cards: set[str] = set()
        self.phrases: set[str] = set()  # words for `on the link` that were understood
        self.waiting: list[tuple[int, int, int, str]] = []  # rows with other words: in host.rows, lines, words

    def read(self, line: int, text: str) -> int | None:
        words = text.split()
        self.joined = 0
        wrapped, self.wrapped = self.wrapped, None
        if wrapped:
            if self._is_rest(text, words):
                self.joined = wrapped[0]
                return self._row6(wrapped[0], [*wrapped[1], *words], line)
            self.context.amend(*self._missing(wrapped[0], "its gateway is missing"))
        if not words:
            return IDLE
        if "=" * 20 in text:
            return self._ruler(line, " ".join(words))
        if number4(words[0]) is not None or (is_masked(words[0]) and has_address(words[1:])):
            self.after = ""
            return self._row4(line, words)
        if len(words) > 2 and NUMBER(words[0]) and NUMBER(words[1]) and ":" in words[2]:
            self.after = ""
            return self._row6(line, words, line)
        state = self._heading(line, text, words)
        if state is None and re.search(r"[^\W\d]|=", text):
            self.part = ""  # what follows an unknown line may be another part
        return state

    def end(self) -> None:
        self._swapped()
        if self.wrapped:
            self.context.amend(*self._missing(self.wrapped[0], "its gateway is missing"))
        elif self.joined:
            self.context.amend(*self._missing(self.joined, "the line that ends it may be cut"))

    def _swapped(self) -> None:
        """Note rows by a gateway that is an own address: their gateway and their interface may be swapped."""
        own = {row.way.local for row in self.context.host.rows if row.way.local}
        for row in self.context.host.rows:
            if row.way.gateway in own and row.way.local and row.line >= self.context.first:
                self.context.amend(*self._missing(row.line, "the gateway is an address of the host itself"))

    def _missing(self, line: int, reason: str) -> tuple[int, int, str]:
        return line, self.context.partly(line, reason), reason

    def _is_rest(self, text: str, words: list[str]) -> bool:
        if len(words) == 1 and family_of(words[0]) == INET6:
            return True
        known = is_on_link(words) or " ".join(words) in self.phrases
        return known or (text.startswith(" " * 10) and is_phrase(words))

    def _ruler(self, line: int, text: str) -> int:
        """Note a ruler. The persistent routes stand below the ruler that ends the active ones."""
        if self.part == ACTIVE or self.rows:
            self.part = PERSISTENT
        elif self.part == PERSISTENT:
            self.part = ""
        self.rows = False
        self.after = "ruler"
        if is_ruler(text):
            return HEAD
        self._announced(line, text)
        return self.context.partly(line, "a ruler and something else are on one line")

    def _announced(self, line: int, text: str) -> bool:
        """Note the part that a line announces by known words."""
        section, family = section_of(text), family_in(text)
        if section:
            self._begin(line, section)
        elif family:
            self._title(line, INET if family[1] == "4" else INET6)
        return bool(section or family)

    def _begin(self, line: int, section: str) -> None:
        self.part, self.after, self.titled, self.rows = section, "section", False, False
        if section == PERSISTENT:
            self.context.host.shown.setdefault("persistent", line)

    def _title(self, line: int, family: str) -> None:
        self.part, self.after, self.titled, self.rows = "", "title", True, False
        if family:
            self._shown(line, family)

    def _shown(self, line: int, family: str) -> None:
        host, command = self.context.host, self.context.command
        host.shown.setdefault(f"routes {family}", line)
        if command[:1] == ("route",) and len(command) > 2 and not command[-1].startswith("-"):
            host.gaps.setdefault("only some routes were asked for", line)

    def _heading(self, line: int, text: str, words: list[str]) -> int | None:
        """Read a line that is no row."""
        after, self.after = self.after, ""
        joined = " ".join(words)
        if card_of(joined):
            return self._card(line, joined)
        if has_address(words):
            if len(words) <= 5 and re.match(r"[^\d:]+:\s+[\d.]+$", joined) and self.part == ACTIVE:
                return IDLE  # `Default Gateway:`, which XP repeats below the table
            return self.context.partly(line, "a row or a heading of which something is missing")
        if re.search(r"\d", without_family(joined)) or len(words) > 12:
            return None
        if joined.endswith((":", "\uff1a")) and is_phrase([words[0].rstrip(":\uff1a")]) and len(words) <= 6:
            return self._section(line, joined)
        if ":" in joined:
            known = self._announced(line, joined)
            return self.context.partly(line, "two headings are on one line") if known else None
        if is_columns(joined) or (after == "section" and len(words) >= 3):
            return HEAD
        if after == "section" and is_phrase(words) and text.startswith(" "):
            return IDLE  # none, in some language
        return self._titled(line, words, joined, after)

    def _titled(self, line: int, words: list[str], joined: str, after: str) -> int | None:
        if section_of(joined) and len(words) <= 3:
            self._begin(line, section_of(joined))
            return HEAD
        known = is_title(joined)
        looks = after == "ruler" and re.match(r"(?![a-z]|\w+-Net)(?:[^\W\d][\w'\u2019-]*(?: |$)){1,6}$", joined)
        if not known and not looks:
            return None
        family = family_in(joined)
        self._title(line, "" if not family else INET if family[1] == "4" else INET6)
        return HEAD

    def _section(self, line: int, text: str) -> int | None:
        section = section_of(text)
        if not section and self.part in (ACTIVE, PERSISTENT):
            section = PERSISTENT
        elif not section and self.titled:
            section = ACTIVE
        elif not section:
            return None
        self._begin(line, section)
        return HEAD

    def _card(self, line: int, text: str) -> int:
        found = card_of(text)
        rest = description_of(found[2]) if found else None
        if not found or not rest or has_card(rest["name"]) or found[1] in self.cards:
            return self.context.partly(line, "an interface of which something is missing or repeated")
        self.cards.add(found[1])
        settings = {"index": found[1], "description": rest["name"]}
        self.context.host.cards.setdefault(found[1], Card(found[1], line, (), [], settings))
        if found[1].startswith("0x"):
            narrow(self.context.host, "windows-xp")
        return ROW

    def _row4(self, line: int, words: list[str]) -> int:
        active = self.part == ACTIVE or (self.part == "" and len(words) > 4)
        if not self.part and not active:
            return self.context.partly(line, "a column is missing, or it is a persistent route")
        values = values4(words, active)
        if isinstance(values, str):
            return self.context.partly(line, values)
        network, length, gateway, interface, metric = values
        own = number4(interface)
        written = " ".join(gateway)
        numeric = written if number4(written) is not None and number4(written) not in (own, 0) else None
        if active:
            self.rows, self.titled = True, False
            self._shown(line, INET)
            if written == interface and network >> 24 == 127:
                narrow(self.context.host, "windows-xp")
        local = interface if own is not None else None
        way = Way(
            INET,
            written,
            numeric,
            "" if local else interface,
            "unicast" if active else PERSISTENT,
            local=local,
            metric=metric,
        )
        certain = network >> 24 == 127 or network >> 28 >= 14 or (length == 32 and network == own)
        return self._add(Row(line, network, length, MASK, way), certain, line)

    def _row6(self, line: int, words: list[str], last: int) -> int:
        """Add a row that ends on the line `last`; return that line's state."""
        prefix = prefix6(words[2])
        gateway = words[3:]
        numeric = len(gateway) == 1 and family_of(gateway[0]) == INET6
        if not prefix or int(words[1]) >= LARGEST or (gateway and not numeric and not is_phrase(gateway)):
            return self.context.partly(line, "a value is missing, cut or unknown, or something follows it")
        if not self.part:
            self.rows, self.titled = True, False
            reason = "whether it is active or persistent is not shown"
            if last != line:
                self.context.amend(*self._missing(line, reason))
            return self.context.partly(last, reason)
        if self.part == ACTIVE:
            self.rows, self.titled = True, False
            self._shown(line, INET6)
        if not gateway:
            self.wrapped = line, words
            return ROW
        written = " ".join(gateway)
        router = written.partition("%")[0] if numeric and number6(written) else None
        kind = "unicast" if self.part == ACTIVE else PERSISTENT
        way = Way(INET6, written, router, words[0], kind, metric=int(words[1]))
        certain = prefix[0] >> 120 == 0xFF or prefix == (1, 128) or (prefix[0] >> 118 == 0x3FA and prefix[1] == 64)
        state = self._add(Row(line, *prefix, WRITTEN, way), certain, last)
        if self.cards and words[0] not in self.cards:
            reason = "its interface is not in the list of interfaces"
            self.context.amend(*self._missing(line, reason))
            return self.context.partly(last, reason)
        return state

    def _add(self, row: Row, certain: bool, last: int) -> int:
        """Add a row. Unknown words in place of a gateway mean `on the link` once a row proves it."""
        written, host = row.way.written, self.context.host
        if family_of(written):
            host.rows.append(row)
            return ROW
        if is_on_link([written]) or certain:
            narrow(host, "windows")
            self.phrases.add(written)
        if written in self.phrases:
            host.rows.append(row)
            self._confirm(written)
            return ROW
        self.waiting.append((len(host.rows), row.line, last, written))
        host.rows.append(row._replace(way=row.way._replace(partly=True)))
        reason = "the words in the place of the gateway are unknown"
        if last != row.line:
            self.context.amend(*self._missing(row.line, reason))
        return self.context.partly(last, reason)

    def _confirm(self, written: str) -> None:
        rows = self.context.host.rows
        for waiting in [waiting for waiting in self.waiting if waiting[3] == written]:
            self.waiting.remove(waiting)
            index, first, last, _ = waiting
            rows[index] = rows[index]._replace(way=rows[index].way._replace(partly=False))
            self.context.amend(first, ROW)
            self.context.amend(last, ROW)
