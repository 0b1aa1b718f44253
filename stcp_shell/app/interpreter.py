"""Runs parsed commands in a session: logs and shows the results, and decides whether to go on."""

from collections.abc import Sequence
from typing import Any

from ..commands import CATALOGUE
from ..commands.paste import is_table_line
from ..commands.session import Session
from ..errors import Failure, OutputClosed, reason
from ..language.parser import Call, Parser
from ..language.script import load
from ..language.transcript import skipped
from ..log.writer import records_of
from ..model.checks import Check, CommandFailed, Expectation, Failed
from ..model.connection import Connection
from ..model.results import Text
from .screen import Screen
from .status import Status


class Interpreter:
    """Runs calls. A failure ends its run, unless `keep_going`."""

    def __init__(self, session: Session, screen: Screen, keep_going: bool = False) -> None:
        self.session = session
        self.screen = screen
        self.keep_going = keep_going
        self.checks: list[Check] = []  # results of `expect`, in order
        self.failed: list[Failed] = []
        session.announce = self._announce
        session.show = self._show
        session.warn = screen.warn
        session.columns = screen.columns

    def run(self, calls: Sequence[Call], echo: bool = False) -> Status:
        """Run calls in order until the end, a failure, Ctrl-C or `quit`."""
        status = Status.OK
        for written in calls:
            call = written._replace(text=self.session.secrets.line(written.text))
            if echo:
                self.screen.echo(call.text)
            done = self._run(call)
            if done is not Status.OK:
                if done is Status.INTERRUPTED or not self.keep_going:
                    return done
                status = max(status, done)
            if self.session.ended:
                break
        return status

    def run_line(self, line: str, source: str = "", number: int = 1) -> Status:
        """Parse one line with the session's variables and run it; a line that does not parse does not run at all."""
        parser = Parser(CATALOGUE, self.session.variables, load)
        parser.parse_line(line, source, number)
        if parser.problems:
            line = self.session.secrets.line(line)
            command = self.session.journal.command(line, f"{source}:{number}" if source else "typed")
            why = "; ".join(problem.message for problem in parser.problems)
            self.session.journal.write(CommandFailed(why), command)
            table = any("unknown command" in problem.message for problem in parser.problems) and is_table_line(line)
            for problem in parser.problems:
                self.screen.fail(str(problem))
            if table:
                self.screen.warn("it is a line of a table: paste takes tables, load FILE reads them")
            return Status.SYNTAX
        if parser.skipped:
            self.screen.warn(skipped(parser.skipped))
        status = self.run(parser.calls)
        self.screen.settle()  # the next line may take long to arrive
        return status

    def _run(self, call: Call) -> Status:
        journal = self.session.journal
        number = journal.command(call.text, call.where or "typed")
        has_secrets = self.session.secrets.learn(call.command.name, call.arguments)
        self.session.origin = call.source
        self.session.then = None
        self.screen.settle()  # the command may wait for a long time
        try:
            result = call.command.run(self.session, **call.arguments)
            if has_secrets:
                result = self._hidden(result)
            if type(result) is Expectation:
                result = self._checked(call, result)
            self._remember(result)
            self._deliver(number, result)
            if self.session.then:
                self._deliver(number, self.session.then())
        except Failure as failure:
            return self._failed(call, number, str(failure))
        except OSError as error:
            return self._failed(call, number, reason(error))
        except OutputClosed:
            raise
        except Exception as bug:
            return self._failed(call, number, f"internal error ({type(bug).__name__}: {bug}): please report it")
        except KeyboardInterrupt:
            self._failed(call, number, "interrupted")
            return Status.INTERRUPTED
        if self.session.pending_signal:
            raise self.session.pending_signal
        return Status.INTERRUPTED if getattr(result, "cancelled", False) else Status.OK

    def _hidden(self, result: Any) -> Any:
        """Return the result of a command with secrets in its line: the texts that repeat them without them."""
        hide = self.session.secrets.text
        if type(result) is Text:
            return Text(map(hide, result.lines))
        if type(result) is Expectation:
            return result._replace(expected=hide(result.expected), seen=hide(result.seen))
        return result

    def _show(self, result: Any) -> None:
        """Log and show a result of the command that is running, before its last one."""
        self._deliver(self.session.journal.commanded, result)
        self.screen.settle()

    def _announce(self, record: Any) -> None:
        """Log a record of the command that is running, and show it; a terminal has the live table instead."""
        self.session.journal.write(record, self.session.journal.commanded)
        if self.session.progress is None:
            self.screen.show(record)
            self.screen.settle()

    def _checked(self, call: Call, result: Expectation) -> Expectation:
        """Count the expectation, and add its place in the script."""
        called = f" (called by {call.caller})" if call.caller else ""
        result = result._replace(where=f"{call.where}{called}")
        self.checks.append(Check(call.source, call.line, call.text, result))
        return result

    def _remember(self, result: Any) -> None:
        """Keep the connection that a later `expect` checks."""
        if type(result) is Connection:
            self.session.last_connection = result

    def _deliver(self, number: int, result: Any) -> None:
        """Log the result, then show it: what was seen is in the log, whatever ends the process.

        A long table is logged with its first rows; how many it has is known only when it has been shown.
        """
        for record in records_of(result):
            self.session.journal.write(record, number)
        self.screen.show(result)
        if rest := getattr(result, "rest", None):
            for record in rest():
                self.session.journal.write(record, number)

    def _failed(self, call: Call, number: int, why: str) -> Status:
        self.failed.append(Failed(call.source, call.line, call.text, why))
        self.session.journal.write(CommandFailed(why), number)
        where = f"{call.where}: " if call.where else ""
        self.screen.fail(f"{where}{call.command.name}: {why}")
        return Status.FAILED
