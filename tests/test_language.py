"""What a line means: the same for a typed line, a script, standard input and -c."""

import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from programs import listening, nobody_came, port_of, run

from stcp_shell.commands import CATALOGUE
from stcp_shell.errors import ScriptProblem, SyntaxProblem
from stcp_shell.language.parser import Parser
from stcp_shell.language.syntax import statements

USAGE = {command.name: command.usage for command in CATALOGUE}


def words(line: str, **variables: str) -> list[list[str]]:
    """The words of each statement of a line."""
    return [[word.text for word in statement.words] for statement in statements(line, variables)]


def nothing(path: str, including: str) -> tuple[str, str]:
    raise ScriptProblem(f"{path}: not there")


def parsed(*lines: str, **variables: str) -> Parser:
    parser = Parser(CATALOGUE, variables, nothing)
    parser.parse("\n".join(lines), "script")
    return parser


def meaning(parser: Parser) -> list[tuple[str, dict[str, Any]]]:
    return [(call.command.name, call.arguments) for call in parser.calls]


def problem(line: str, **variables: str) -> str:
    """The one problem of a line, with its column, and nothing else of it."""
    parser = parsed(line, **variables)
    (found,) = parser.problems
    assert (found.source, found.line) == ("script", 1)
    return f"{found.column}: {found.message}"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", []),
        ("  \t ", []),
        ("socket", [["socket"]]),
        ("\tsocket  -type\tdgram ", [["socket", "-type", "dgram"]]),
        ("socket; connect -port 1", [["socket"], ["connect", "-port", "1"]]),
        (";; socket ;;use 1;", [["socket"], ["use", "1"]]),
        ("note 'two words'", [["note", "two words"]]),
        ("note 'it''s'", [["note", "it's"]]),
        ("note ''", [["note", ""]]),
        ("note ''''", [["note", "'"]]),
        ("note 'a;b # c & d $X'", [["note", "a;b # c & d $X"]]),
        ("note\u00a0'a'\u00a0b", [["note", "a", "b"]]),  # as a web page has it
        ("note it's slow", [["note", "it's", "slow"]]),
        ("note a''b", [["note", "a''b"]]),
        ("note 'a';use 1", [["note", "a"], ["use", "1"]]),
        ('note "a b"', [["note", '"a', 'b"']]),
        ("& anything ' at $all ; socket", []),
        ("&", []),
        ("  &\tx", []),
        ("&x", [["&x"]]),
        ("note a & b", [["note", "a", "&", "b"]]),
        ("# socket", []),
        ("socket #comment ' $X", [["socket"]]),
        ("note a#b", [["note", "a#b"]]),
        ("#!/usr/bin/env stcp-shell", []),
        ("stcp: socket", [["socket"]]),
        ("stcp:socket", [["socket"]]),
        ("  stcp:  stcp: socket", [["socket"]]),
        ("stcp:", []),
        ("stcp: & comment", []),
        ("note stcp: x", [["note", "stcp:", "x"]]),
    ],
)
def test_splitting(line: str, expected: list[list[str]]) -> None:
    assert words(line) == expected


def test_variables_stand_for_one_word() -> None:
    assert words("note $A ${A}b x$A.c '$A' $B", A="1 2; # '", B="") == [
        ["note", "1 2; # '", "1 2; # 'b", "x1 2; # '.c", "$A", ""]
    ]


def test_a_variable_holds_from_its_set_on() -> None:
    parser = parsed("set N 2121; connect -name h -port $N", "set N 22", "connect -name h -port ${N}", N="1")
    assert not parser.problems
    assert [call.arguments.get("port") for call in parser.calls] == [None, 2121, None, 22]


def test_a_value_that_looks_like_an_option_is_one_where_it_is_quoted_or_a_variable() -> None:
    parser = parsed("note '-x'", "note $A", "send -line '-line'", "bind -port '0'", A="-x")
    assert not parser.problems
    assert [call.arguments for call in parser.calls] == [
        {"text": "-x"},
        {"text": "-x"},
        {"line": True, "text": "-line"},
        {"port": 0},
    ]


READY = "ready  15:33:52  0.012 3"  # with the figures of the last command


def test_a_continued_line_is_one_mistake() -> None:
    for mark in ("&+", "\\", "^", "`"):
        parser = Parser(CATALOGUE, {}, lambda path, including: (path, ""))
        parser.parse(f"connect -name 127.0.0.1 {mark}\n-port 2121\nsocket\n")
        assert [each.line for each in parser.problems] == [1]
        assert "continued" in parser.problems[0].message
        assert [call.text for call in parser.calls] == ["socket"]


def test_a_missing_choice_names_the_choices_once() -> None:
    assert problem("getsockopt").count("nodelay") == 1


def test_the_vendors_listing_as_it_is_printed() -> None:
    parser = parsed(
        "stcp_calls", "stcp: socket", "stcp: connect -name 10.1.1.1 -port $N", "ready 15:33:51", READY, N="2121"
    )
    assert not parser.problems
    assert [call.command.name for call in parser.calls] == ["socket", "connect"]


def test_of_a_transcript_only_the_lines_with_the_prompt_run() -> None:
    shown = "stcp-shell 0.1.0; help lists\n\n stcp: socket\nsocket 1: stream\nstcp:\tNOTE stcp: a\nstcp:note\nstcp:\n"
    parser = Parser(CATALOGUE, {}, lambda path, including: (path, ""))
    parser.parse(shown)
    assert not parser.problems
    assert [call.text for call in parser.calls] == ["socket", "NOTE stcp: a"]
    assert parser.skipped == 3


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("connect client 2121", {"name": "client", "port": 2121}),
        ("CONNECT client:ftp", {"name": "client", "port": "ftp"}),
        ("connect [::1]:80", {"name": "::1", "port": 80}),
        ("connect [::1] 80", {"name": "::1", "port": 80}),
        ("connect ::1:80 81", {"name": "::0.1.0.128", "port": 81}),
        ("connect -port 80 client", {"name": "client", "port": 80}),
        ("connect 80 -name client", {"name": "client", "port": 80}),
        ("connect -name client:80", {"name": "client", "port": 80}),
        ("connect client -timeout 3 80", {"name": "client", "port": 80, "timeout": 3.0}),
        ("connect client 2121 -from 172.16.1.50", {"name": "client", "port": 2121, "from_": "172.16.1.50"}),
        ("bind 172.16.1.50:0", {"name": "172.16.1.50", "port": 0}),
        ("mtu client", {"name": "client"}),
        ("route get client:80", {"name": "client", "port": 80}),
        ("serve 2122", {"port": 2122}),
        ("callback ftp ::1", {"name": "::1"}),
    ],
)
def test_host_and_port_need_no_options(line: str, values: dict[str, object]) -> None:
    parser = parsed(line)
    assert not parser.problems
    assert parser.calls[0].arguments == values


ONE_PORT = "this takes one port: a number from 0 to 65535 or a service name"
NO_RANGE = "a range is not taken: write the ports with commas between them"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("connect \u2013name h", "9: connect: '\u2013name' begins with '\u2013', no hyphen: write -name"),
        ("connect h -\u2212port 2", "11: connect: '-\u2212port' begins with '\u2212', no hyphen: write -port"),
        ("connect --name h", "10: connect: '--name': write -name"),
        ("connect --nam h", "10: connect: '--nam': an option begins with one hyphen (did you mean -name?)"),
        ("connect h -port=2", "16: connect: '-port=2': write -port 2"),
        ("connect -host h", "9: connect: unknown option '-host' (did you mean -name?)"),
        ("connect h 2 -source ::1", "13: connect: unknown option '-source' (did you mean -from?)"),
        ("connect h 2121/tcp", "15: connect: -port 2121/tcp: write 2121"),
        (
            "connect h 80,81",
            "13: connect: -port 80,81: this takes one port: a number from 0 to 65535 or a service name",
        ),
        (
            "connect h 80-90",
            "13: connect: -port 80-90: this takes one port: a number from 0 to 65535 or a service name",
        ),
        (
            "diagnose h 1 -ports 80-90",
            "23: diagnose: -ports 80-90: a range is not taken: write the ports with commas between them",
        ),
        ("diagnose h 1 -timeout 1", "23: diagnose: -timeout 1: use at least 1.2 s"),
        (
            "connect https://u:p@h.example/x",
            "14: connect: -name https://u:p@h.example/x: this is a URL: write h.example https",
        ),
        ("connect ftp://h:2121", "12: connect: -name ftp://h:2121: this is a URL: write h 2121"),
        ("connect h:2121 -port 3", "9: connect: the port is given twice, too in 'h:2121'"),
        ("connect \u201ch\u201d 2", "9: connect: '\u201ch\u201d': quote with apostrophes: '\u2026'"),
        ('connect "h" 2', "9: connect: '\"h\"': quote with apostrophes: '\u2026'"),
        ("connect h \\", "11: connect: no line is continued by a \\: write the command on one line"),
        ("&+ -port 2", "1: &+ continues a line of OpenVOS: write the command on one line"),
        ("connect 10.1.1.1 80 -from ::1", "1: connect: -from ::1 is of the other address family than 10.1.1.1"),
        (
            "diagnose ::1 80 -from 10.1.1.1,10.1.1.2",
            "1: diagnose: -from 10.1.1.1 is of the other address family than ::1",
        ),
        ("bind ::1 -interface lo", "1: bind: -name and -interface exclude each other"),
        ("bind ::1 -device", "1: bind: -device needs -interface NAME"),
        ("log -force", "1: log: -force needs -save FILE"),
        ("netstat -i -names", "1: netstat: -names needs -r or -a"),
        ("netstat -legend", "1: netstat: -legend needs -r"),
        ("netstat -r -n -names", "1: netstat: -n and -names exclude each other"),
    ],
)
def test_words_of_other_programs_and_editors_are_named(line: str, said: str) -> None:
    assert [f"{each.column}: {each.message}" for each in parsed(line).problems] == [said]


def test_texts_may_hold_any_dash_and_quote() -> None:
    parser = parsed("note \u2013name \u201ctwo\u201d --x -y=z \\", "set A --b")
    assert not parser.problems


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("note 'a", "6: this quote is not closed: end it with ' (inside, '' stands for one apostrophe)"),
        ("note 'a'b", "9: a space is missing after the closing quote"),
        ("note 'a''", "6: this quote is not closed: end it with ' (inside, '' stands for one apostrophe)"),
        ("note $X", "6: variable X is not set: use set X VALUE or -D X=VALUE"),
        ("note ab${X1}", "8: variable X1 is not set: use set X1 VALUE or -D X1=VALUE"),
        ("note ${a-b}", "6: '${a-b}' is not a variable: a name has letters, digits and _, and no digit first"),
        ("note ${}", "6: '${}' is not a variable: a name has letters, digits and _, and no digit first"),
        ("note a\x00b", "7: control character \\x00 in the line: remove it"),
        ("note \x1b[31m", "6: control character \\x1b in the line: remove it"),
        ("note \udce9", "6: byte 0xe9 is not UTF-8: write the line in UTF-8 (send accepts \\xHH)"),
        ("conect", "1: unknown command 'conect' (did you mean connect?)"),
        ("socket; conect", "9: unknown command 'conect' (did you mean connect?)"),
        ("frobnicate", "1: unknown command 'frobnicate' (help lists the commands)"),
        ("route prnt", "7: route: unknown subcommand 'prnt' (did you mean print?)"),
        (
            "route",
            f"1: route: a subcommand is missing: {', '.join(name for name in USAGE if name.startswith('route '))}",
        ),
        ("socket -typ dgram", "8: socket: unknown option '-typ' (did you mean -type?)"),
        ("sockets -x", "9: sockets: unknown option '-x'; it has no options"),
        ("socket -type", "8: socket: -type needs a value: -type stream|dgram"),
        ("socket -type -family inet", "8: socket: -type needs a value: -type stream|dgram"),
        ("socket -type dgram -type dgram", "20: socket: -type is given twice"),
        (
            "socket -type strem",
            "14: socket: -type strem: write one of stream, dgram (did you mean stream?)",
        ),
        ("socket x", f"8: socket: unexpected 'x'; usage: {USAGE['socket']}"),
        ("connect -port 1", f"1: connect: [-name] HOST is missing; usage: {USAGE['connect']}"),
        ("use", "1: use: N is missing; usage: use N"),
        ("connect ::1:80", "1: connect: [-port] PORT is missing (did you mean [::1]:80?)"),
        ("connect 1:2:3:4:5:6:7:8:80", "9: connect: -name 1:2:3:4:5:6:7:8:80: write [1:2:3:4:5:6:7:8]:80"),
        ("ping x", "1: unknown command 'ping' (did you mean traceroute or diagnose?)"),
        (
            "connect -name \u201clocalhost\u201d -port 80",
            "15: connect: '\u201clocalhost\u201d': quote with apostrophes: '\u2026'",
        ),
        ("set timeout \u201c5\u201d", "13: set: '\u201c5\u201d': quote with apostrophes: '\u2026'"),
        ("send \u2018x\u2019", "6: send: '\u2018x\u2019': quote with apostrophes: '\u2026'"),
        ("note \u201cx\u201d", "6: note: '\u201cx\u201d': quote with apostrophes: '\u2026'"),
        ("send x &+", "8: send: no line is continued by a &+: write the command on one line"),
        ("use 1x", "5: use: 1x: write a whole number from 1 to 2147483648"),
        ("use -1", "5: use: -1: write a whole number from 1 to 2147483648"),
        ("set 1 2", "7: set: '1' is not a variable name: use letters, digits and _, no digit first"),
        ("set x", "5: set: x needs a value: set NAME VALUE"),
        (
            "set timeout soon",
            "13: set: timeout soon: a duration is a number of seconds, more than 0 and at most 86400",
        ),
        ("bind -port 65536", "12: bind: -port 65536: a port number is 0 to 65535"),
        ("bind -port -1", "12: bind: -port -1: a port number is 0 to 65535"),
        ("bind -name 10.1.1", "12: bind: -name 10.1.1: 10.1.1 is not an IPv4 address"),
        ("bind -name 10.1.1.256", "12: bind: -name 10.1.1.256: 10.1.1.256 is not an IPv4 address"),
        ("bind -name fe80::x", "12: bind: -name fe80::x: fe80::x is not an IPv6 address"),
        ("bind -name a..b", "12: bind: -name a..b: 'a..b' is neither an address nor a host name"),
    ],
)
def test_mistakes(line: str, expected: str) -> None:
    assert problem(line) == expected


@pytest.mark.parametrize(("left_in", "name"), [("N", "N"), ("<port>", "port"), ("PORT", "PORT")])
def test_a_placeholder_that_was_left_in(left_in: str, name: str) -> None:
    assert problem(f"connect -name 10.1.1.1 -port {left_in}") == (
        f"30: connect: -port {left_in}: replace {left_in} by the port number, "
        f"or set a variable (set {name} 2121, or -D {name}=2121) and write ${name}"
    )
    parser = parsed(f"set {name} 2121", f"connect -name 10.1.1.1 -port ${name}")
    assert not parser.problems


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "86401", "1s", "''"])
def test_durations_that_are_none(seconds: str) -> None:
    assert "a duration is a number of seconds, more than 0 and at most 86400" in problem(f"recv -timeout {seconds}")


def test_all_mistakes_of_a_script_are_reported_and_nothing_of_it_runs(tmp_path: Path) -> None:
    with listening() as server:
        script = tmp_path / "case.stcp"
        script.write_text(
            f"socket\nconnect -name 127.0.0.1 -port {port_of(server)}\nconect\nuse\n\nnote $X\nsource other.stcp\n"
        )
        (tmp_path / "other.stcp").write_text("socket -type x\n")
        done = run(tmp_path, script.name)
        assert nobody_came(server)
    assert (done.status, done.out, done.records) == (2, "", [])
    assert [line.split(" ")[0] for line in done.err.splitlines()] == [
        "case.stcp:3:1:",
        "case.stcp:4:1:",
        "case.stcp:6:6:",
        "other.stcp:1:14:",
    ]


def test_definitions_and_their_mistakes(tmp_path: Path) -> None:
    assert run(tmp_path, "-D", "N=two words", "-c", "set").out == "N = two words\n"
    for word, said in (
        ("N", "-D N: write -D NAME=VALUE"),
        ("1=2", "-D '1' is not a variable name"),
        ("timeout=x", "a duration"),
    ):
        done = run(tmp_path, "-D", word, "-c", "socket")
        assert (done.status, done.out) == (2, "")
        assert said in done.err


ANY_TEXT = st.text(st.characters(exclude_categories=()))
PIECES = st.sampled_from(
    [
        *CATALOGUE.first_words(),
        *("print", "-name", "-port", "-type", "-timeout", "-x", "-", "10.1.1.1", "::1", "N", "0", "1", "stcp_calls"),
        *("$A", "${A}", "${", "}", "$", ";", "#", "&", "'", "''", "' '", "stcp:", " ", "  ", "\t", "é"),
    ]
)
LINES = st.one_of(ANY_TEXT, st.lists(PIECES, max_size=8).map(" ".join), st.lists(PIECES, max_size=8).map("".join))


@settings(deadline=None, max_examples=400)
@given(LINES)
@example("source " + "x" * 100_000)
@example("set " + "y" * 100_000)
@example("connect -name " + "9" * 100_000)
@example("connect -name a -port " + "9" * 100_000)
@example("$" * 100_000)
@example("'" * 99_999)
def test_any_text_parses_or_is_a_problem_of_one_line(line: str) -> None:
    parser = Parser(CATALOGUE, {"A": "-1"}, nothing)
    parser.parse(line, "script")
    for found in parser.problems:
        assert found.column >= 1
        assert "\n" not in found.message


PLAIN = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")))


@given(PLAIN, PLAIN)
def test_a_quoted_word_means_what_is_in_it(one: str, two: str) -> None:
    line = " ".join("'" + text.replace("'", "''") + "'" for text in ("a", one, two))
    assert words(f"note {line}") == [["note", "a", one, two]]
    assert words("note a $X", X=one) == [["note", "a", one]]


@given(st.text(string.ascii_letters + "'-.:/=_%é", min_size=1).filter(lambda text: text[0] != "'"))
def test_a_bare_word_is_as_it_stands(text: str) -> None:
    assert words(f"note {text}") == [["note", text]]


REPEATED = st.sampled_from(
    [
        *("set A 1", "set A 2", "set A '$A'", "note $A", "note ${A}", "note A", "socket", "socket; set A 3"),
        *("set timeout 3", "use 1; use 2", "source x", "conect", "note 'x", "stcp_calls", "", "# x"),
    ]
)


@given(st.lists(REPEATED, max_size=12))
def test_a_line_means_the_same_the_second_time(lines: list[str]) -> None:
    """Lines that repeat are not taken apart again; what was `set` meanwhile must hold all the same."""
    whole = parsed(*lines)
    variables: dict[str, str] = {}
    calls, problems = [], []
    for number, line in enumerate(lines, 1):
        alone = Parser(CATALOGUE, variables, nothing)
        alone.parse_line(line, "script", number)
        variables = alone.variables
        calls += [call[1:] for call in alone.calls]
        problems += alone.problems
    assert [call[1:] for call in whole.calls] == calls
    assert whole.problems == problems


def test_statements_before_a_mistake_are_known() -> None:
    """`set` on the line of a mistake still holds for what follows, so that one mistake is not told twice."""
    parser = parsed("set A 1; conect", "note $A")
    assert len(parser.problems) == 1
    with pytest.raises(SyntaxProblem):
        list(statements("note 'a", {}))
