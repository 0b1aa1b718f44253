"""A session without a terminal, for tests: streams that can be looked at, no log file, a state folder of its own."""

from collections.abc import Sequence
from contextlib import ExitStack
from io import StringIO
from pathlib import Path

from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from stcp_shell.app.interpreter import Interpreter
from stcp_shell.app.pygments_lexer import StcpLexer
from stcp_shell.app.screen import Screen
from stcp_shell.app.terminal.shell import run_terminal
from stcp_shell.commands import CATALOGUE
from stcp_shell.commands.session import Session
from stcp_shell.environment import Environment
from stcp_shell.log.reader import entries
from stcp_shell.log.writer import Journal
from stcp_shell.model.session import CommandGiven


class Shell:
    """An interpreter whose screen is two strings."""

    def __init__(self, state: Path, host: str = "testhost") -> None:
        self.stdout, self.stderr = StringIO(), StringIO()
        variables = {"XDG_STATE_HOME": str(state)}
        environment = Environment(None, self.stdout, self.stderr, variables, host, lambda: 0.0)
        self.session = Session(environment, Journal(None, environment.clock, lambda _: None), {}, CATALOGUE)
        self.interpreter = Interpreter(self.session, Screen(environment, False, False))

    def type(self, *keys: str, notice: Sequence[str] = ()) -> list[str]:
        """Run an interactive session on these keys and Ctrl-D; answers the commands that ran, as they were typed."""
        with ExitStack() as stack:
            source = stack.enter_context(create_pipe_input())
            source.send_bytes("".join(keys).encode("utf-8", "surrogateescape") + b"\x04")
            source.close()
            run_terminal(self.interpreter, notice, lambda: StcpLexer, source, DummyOutput())
        self.session.end("", 0)
        return self.commands

    @property
    def commands(self) -> list[str]:
        """What the log says ran."""
        found = entries(self.session.journal.lines())
        return [entry.record.text for entry in found if isinstance(entry.record, CommandGiven)]


def pasted(text: str) -> str:
    """A bracketed paste."""
    return f"\x1b[200~{text}\x1b[201~"
