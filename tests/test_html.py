"""The HTML report: one file that is safe and well-formed, and how it looks to Chromium."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import chromium
import pytest
from logs import EVIL, FORMULAS, connection, icmp, made, stamped, with_text
from programs import closed_port, read, run
from pypdf import PdfReader
from schemas import Record

VOID = {"meta", "br", "wbr"}
LOOKS = ((390, False, "screen"), (390, True, "screen"), (1200, False, "screen"), (700, False, "print"))
ELEMENTS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "main",
        "h1",
        "h2",
        "h3",
        "h4",
        "p",
        "dl",
        "dt",
        "dd",
    ),
    *("section", "span", "strong", "code", "pre", "ul", "ol", "li", "time", "div", "figure", "figcaption", "wbr"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("svg", "desc", "g", "rect", "path", "circle", "text"),
}
ATTRIBUTES = {
    *(
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "role",
        "scope",
        "tabindex",
        "data-label",
        "colspan",
    ),
    *(
        "xmlns",
        "aria-labelledby",
        "viewbox",
        "width",
        "height",
        "id",
        "x",
        "y",
        "cx",
        "cy",
        "r",
        "rx",
        "d",
        "transform",
    ),
}


class Page(HTMLParser):
    """Takes a page apart; an element that is not closed, or not known, is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.headings: list[str] = []
        self.rows: list[int] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS, tag
        assert {name for name, _ in attrs} <= ATTRIBUTES, attrs
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += int(dict(attrs).get("colspan") or 1)
        if tag == "h2":
            self.headings.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS, tag
        assert {name for name, _ in attrs} <= ATTRIBUTES, attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data
        if self.open[-1:] == ["h2"]:
            self.headings[-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """A session with most types of records, and paths besides."""
    folder = tmp_path_factory.mktemp("session")
    port = closed_port()
    commands = [
        "socket; note what is wrong here?",
        f"connect -name 127.0.0.1 -port {port}",
        f"diagnose -name 127.0.0.1 -port {port}; traceroute -name 127.0.0.1 -port {port}",
        "use 9; ifconfig -all; route print -all",
    ]
    run(folder, "--log", "log", "--keep-going", stdin="\n".join(commands))
    there = [connection(), connection("192.168.77.50", "prohibited", icmp=icmp("192.168.77.1"))]
    return [*read(folder / "log"), *there]


def test_it_is_one_file_that_asks_for_nothing(session: list[Record]) -> None:
    page = made("html", session)
    assert page.startswith("<!DOCTYPE html>\n")
    for word in "<script", "javascript:", "url(", "@import", "src=", "href=", "onload", "<link", "<iframe":
        assert word not in page
    assert "default-src 'none'" in page
    assert '<meta charset="utf-8">' in page
    assert "prefers-color-scheme:dark" in page
    assert "@media print" in page


def test_its_sections(session: list[Record]) -> None:
    page = Page(made("html", session))
    found = [heading.partition(" at ")[0] for heading in page.headings]
    wanted = ["Verdict", "Picture of the paths", "Connections by source address", "Connections", "Paths", "Notes"]
    assert found[:7] == [*wanted, "Commands that failed"]
    assert set(found[7:]) == {"Interfaces", "Routes", "Course of the session", "To run it again"}
    assert set(page.rows) <= {3, 5, 7, 8}  # the tables' columns
    assert "what is wrong here?" in page.text


@pytest.mark.parametrize(
    "text", [EVIL, *FORMULAS, "'\"><svg onload=alert(1)>", "</pre></style><script>", "]]>", "&lt;"]
)
def test_text_stays_text(session: list[Record], text: str) -> None:
    page = Page(made("html", with_text(session, text)))
    if text.isprintable() and text.isascii():
        assert text in page.text


@pytest.mark.parametrize("kind", ["session", "note", "verdict", "connection"])
def test_a_log_with_next_to_nothing(kind: str) -> None:
    assert f"({kind} record not understood: " in Page(made("html", [stamped(kind)])).text
    assert "not understood" not in Page(made("html", [])).text


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Browser]:
    """Chromium. Where it is not installed the tests are skipped, in CI too: .ci/run tries to install it."""
    if not chromium.program():
        pytest.skip("Chromium is not installed: how the page looks is not tested")
    with chromium.browser(tmp_path_factory.mktemp("chromium")) as found:
        yield found


def pages(session: list[Record]) -> dict[str, list[Record]]:
    wide = [connection(f"2001:db8:1234:5678:9abc:def0:1234:{n}", "timeout", target="2001:db8::1") for n in range(9)]
    return {
        "session": session,
        "empty": [],
        "evil": with_text(session, EVIL),
        "long words": with_text(session, "w" * 2000),
        "wide": wide,
        "many": [connection()] * 1000,
    }


@pytest.mark.parametrize("name", ["session", "empty", "evil", "long words", "wide", "many"])
def test_chromium_finds_no_fault(browser: chromium.Browser, session: list[Record], tmp_path: Path, name: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(made("html", pages(session)[name]), encoding="utf-8")
    browser.console.clear()
    browser.requests.clear()
    for width, dark, media in (
        (390, False, "screen"),
        (390, True, "screen"),
        (600, False, "screen"),
        (800, False, "screen"),
        (1000, False, "screen"),
        (1200, False, "screen"),
        (700, False, "print"),
    ):
        browser.show(path, width, dark, media)
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert browser.value(overflow) == 0, f"wider than {width}"
        sideways = "[...document.querySelectorAll('.table')].filter(each => each.scrollWidth > each.clientWidth).length"
        assert width > 1000 or browser.value(sideways) == 0, f"a table scrolls at {width}"
        paper = browser.value("getComputedStyle(document.body).backgroundColor")
        assert paper == ("rgb(13, 17, 23)" if dark else "rgb(255, 255, 255)")
    assert browser.console == []
    assert set(browser.requests) == {path.as_uri()}
    assert browser.value("document.scripts.length") == 0


@pytest.mark.parametrize("paper", [(8.5, 11.0), (8.27, 11.69)], ids=["Letter", "A4"])
@pytest.mark.parametrize("name", ["session", "evil", "long words", "wide"])
def test_nothing_is_lost_on_paper(
    browser: chromium.Browser, session: list[Record], tmp_path: Path, name: str, paper: tuple[float, float]
) -> None:
    page, printed = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text(made("html", pages(session)[name]), encoding="utf-8")
    browser.show(page, 1200, media="print")
    cells = browser.value("[...document.querySelectorAll('td,dd,pre,li')].map(each => each.textContent)")
    browser.pdf(printed, *paper)
    text = letters("".join(sheet.extract_text() for sheet in PdfReader(printed).pages))
    assert len(cells) > 20
    assert [cell for cell in cells if letters(cell) not in text] == []


def letters(text: str) -> str:
    """A text as it can be compared with that of a PDF file, which has no blanks of its own."""
    return re.sub(r"[^0-9A-Za-z]", "", unicodedata.normalize("NFKC", text))


def test_chromium_draws_the_picture_alone(browser: chromium.Browser, session: list[Record], tmp_path: Path) -> None:
    path = tmp_path / "picture.svg"
    path.write_text(made("svg", with_text(session, EVIL)), encoding="utf-8")
    browser.console.clear()
    browser.show(path, 390)
    assert browser.console == []
    assert browser.value("document.documentElement.tagName") == "svg"
    assert browser.value("document.querySelectorAll('text').length") > 10
