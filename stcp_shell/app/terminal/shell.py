"""The interactive shell: a prompt, the line that was typed or pasted, its result, the next prompt."""

from __future__ import annotations

import asyncio
import termios
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.application import AppSession, create_app_session
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import History
from prompt_toolkit.input import Input, create_input
from prompt_toolkit.output import ColorDepth, Output, create_output
from prompt_toolkit.output.plain_text import PlainTextOutput
from prompt_toolkit.utils import is_dumb_terminal

from ... import __version__
from ...commands.paste import takes
from ...commands.session import Waiting
from ...environment import Environment
from ...errors import OutputClosed, TerminalUnusable, reason
from ...language.transcript import is_transcript, skipped, without_prompt
from ...report.text.escape import visible
from ..interpreter import Interpreter
from ..signals import ENDING, INTERRUPT, held_back
from ..status import Status
from .colors import LONGEST, STYLE, LineLexer
from .completion import StcpCompleter
from .history import PrivateHistory, WithoutSecrets, open_history, remember
from .mode import quiet
from .suggestions import Suggestions
from .toolbar import toolbar
from .typeahead import Typeahead, paste_bindings
from .values import Values

if TYPE_CHECKING:
    from pygments.lexer import Lexer as PygmentsBase

PROMPT = "stcp: "


def run_terminal(
    interpreter: Interpreter,
    notice: Sequence[str],
    load_lexer: Callable[[], type[PygmentsBase]],
    source: Input | None = None,
    output: Output | None = None,
) -> int:
    """Run lines from the terminal until its end, or until `quit`. Return the exit status.

    `load_lexer` imports the Pygments lexer that colours what is typed; the first prompt does not wait for it.
    Without `source` and `output` the terminal is the environment's. Raises OutputClosed if it goes away, and
    TerminalUnusable if it cannot be used from the start.
    """
    environment = interpreter.session.environment
    with ExitStack() as stack:
        try:
            source = source or _terminal_input(environment, stack)
            output = output or _terminal_output(environment)
            app_session = stack.enter_context(create_app_session(source, output))
            silence = stack.enter_context(quiet(source.fileno()))
        except (OSError, ValueError, termios.error) as error:
            raise TerminalUnusable(f"the terminal cannot be used ({error})") from None
        # One event loop and one executor for all prompts and completions: once the limit on open files is reached, no
        # new loop can be created and no module imported.
        loop = stack.enter_context(_event_loop())
        loop.set_default_executor(ThreadPoolExecutor(max_workers=1))
        history = open_history(environment.state_folder, lambda text: interpreter.screen.fail(f"stcp-shell: {text}"))
        if isinstance(history, PrivateHistory):
            stack.enter_context(closing(history))
        for line in [*notice, greeting(interpreter)] if not interpreter.screen.quiet else ():
            interpreter.screen.line(line)
        shell = Shell(interpreter, app_session, history, loop, silence, LineLexer(load_lexer), lab=bool(notice))
        with suppress(EOFError):
            while not interpreter.session.ended:
                shell.step()
    return Status.OK


def greeting(interpreter: Interpreter) -> str:
    """Return one line: the program's version, how to get help, and the place of the log."""
    journal = interpreter.session.journal
    written = journal.path is not None and journal.writes_to(journal.path)
    log = f"session log: {visible(journal.path or '')}" if written else "no session log is written"
    return f"stcp-shell {__version__}; help lists the commands; {log}"


@contextmanager
def _event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Open and close an event loop as asyncio.Runner does, which needs Python 3.11."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()


def _terminal_input(environment: Environment, stack: ExitStack) -> Input:
    assert environment.stdin is not None  # a terminal is there
    stdin = TextIOWrapper(environment.stdin, "utf-8")
    stack.callback(stdin.detach)  # the caller owns the stream: it must not be closed here
    return create_input(stdin)


def _terminal_output(environment: Environment) -> Output:
    """Return the output. A dumb terminal gets plain text: prompt_toolkit would send an escape code for the cursor."""
    return PlainTextOutput(environment.stdout) if is_dumb_terminal() else create_output(environment.stdout)


class Shell:
    """Reads lines and runs them, one `step` each. `silence` sets the terminal's mode between prompts."""

    def __init__(
        self,
        interpreter: Interpreter,
        app_session: AppSession,
        history: History,
        loop: asyncio.AbstractEventLoop,
        silence: Callable[[], None],
        lexer: LineLexer,
        lab: bool,
    ) -> None:
        self._interpreter = interpreter
        self._history = history
        self._loop = loop
        self._silence = silence
        self._app_session = app_session
        self._lexer = lexer
        self._ahead = Typeahead(app_session.input, self._table)
        self._interrupted = False
        session = interpreter.session
        self._suggestions = Suggestions()
        self._prompt: PromptSession[str] = PromptSession(
            PROMPT,
            history=history,
            lexer=self._lexer,
            completer=StcpCompleter(Values(session, history.get_strings)),
            complete_in_thread=True,
            complete_while_typing=False,
            enable_history_search=True,
            auto_suggest=self._suggestions,
            bottom_toolbar=lambda: toolbar(session, lab),
            style=STYLE,
            include_default_pygments_style=False,
            color_depth=ColorDepth.DEPTH_4_BIT if interpreter.screen.color else ColorDepth.DEPTH_1_BIT,
            enable_suspend=True,
            enable_open_in_editor=True,
            tempfile_suffix=".stcp",
            key_bindings=paste_bindings(is_dumb_terminal(), self._skip, self._table),
        )
        self._draw, session.progress = session.progress, self._wait
        interpreter.screen.may_page = lambda: not self._ahead.waits and not is_dumb_terminal()
        session.history = history.get_strings
        if isinstance(history, WithoutSecrets):
            history.hide = session.secrets.line
        session.clear = self._clear

    def step(self) -> None:
        """Get a line and run it. Raises EOFError at the end of the input.

        After Ctrl-C, at the prompt or in a command, pasted and typed-ahead lines do not run.
        """
        try:
            self._silence()
            if self._interrupted:
                self._drop()
            try:
                line = self._line()
            except OSError as error:
                raise OutputClosed(f"the terminal cannot be used: {reason(error)}") from None
            before = self._interpreter.session.last_connection
            status = self._interpreter.run_line(line)
            self._interrupted = status is Status.INTERRUPTED
            found = self._interpreter.session.last_connection
            in_vain = found is not None and found is not before and found.outcome in ("unresolved", "timeout")
            self._suggestions.judge(line, status is Status.OK and not in_vain)
        except KeyboardInterrupt:
            self._interrupted = True
        if isinstance(self._history, PrivateHistory) and self._history.trouble:
            self._interpreter.screen.fail(f"stcp-shell: {self._history.trouble}")
            self._history.trouble = ""

    def _line(self) -> str:
        """Return the next line, from the waiting input or from the prompt."""
        while True:
            self._ahead.collect()
            if count := self._ahead.skipped:
                self._ahead.skipped = 0
                self._interpreter.screen.line(f"({skipped(count)})")
            line = self._ahead.line()
            if line is None:
                self._ahead.hand_over()
                return self._ask()
            if line.strip():
                self._echo(line)
                remember(self._history, line)
                return line

    def _clear(self) -> None:
        output = self._app_session.output
        output.erase_screen()
        output.cursor_goto(0, 0)
        output.flush()

    def _skip(self, lines: int) -> None:
        self._ahead.skipped += lines

    def _table(self, text: str) -> bool:
        """Keep a pasted table for the command `paste`, and return whether it is one: its lines are no commands."""
        lines = text.replace("\r\n", "\n").replace("\r", "\n")
        return not is_transcript(lines.split("\n")) and takes(self._interpreter.session, lines)

    def _ask(self) -> str:
        def stop() -> None:
            self._loop.call_soon_threadsafe(lambda: self._end(asked))

        # SIGINT first: once it is held back it cannot leave behind a prompt that nothing waits for.
        with held_back((*INTERRUPT, *ENDING), stop):
            asked = self._loop.create_task(self._prompt.prompt_async(handle_sigint=False))
            return self._loop.run_until_complete(asked)

    def _end(self, asked: asyncio.Task[str]) -> None:
        """End a prompt. One that has its line ends by itself; one that has not started yet cannot exit: cancel it."""
        app = self._prompt.app
        if not app.is_running:
            asked.cancel()
        elif app.future and not app.future.done() and not asked.done():
            app.exit(exception=EOFError, style="class:aborting")

    def _echo(self, line: str) -> None:
        """Show a line that the prompt did not read as the prompt would show it."""
        shown = self._interpreter.session.secrets.line(without_prompt(line)).expandtabs()
        if self._interpreter.screen.color and len(line) <= LONGEST:
            text = FormattedText(self._lexer.colored(visible(shown)))
            print_formatted_text(
                text, style=STYLE, include_default_pygments_style=False, color_depth=ColorDepth.DEPTH_4_BIT
            )
        else:
            self._interpreter.screen.echo(shown)

    def _drop(self) -> None:
        self._interrupted = False
        if lines := self._ahead.drop():
            self._interpreter.screen.line(f"({lines} waiting line{'s' if lines > 1 else ''} will not run)")

    def _wait(self, waiting: Waiting) -> None:
        """Read the typed input, and draw. The kernel holds one page of input: when full, no Ctrl-C gets through."""
        self._silence()
        self._ahead.collect()
        if self._draw:
            self._draw(waiting)
