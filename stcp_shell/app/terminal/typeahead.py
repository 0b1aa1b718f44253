"""Input that was typed or pasted before the prompt could read it, line by line and in the order of its arrival.

A pasted block and the same lines typed ahead are the same here: keys, each line ended by Enter. Whole lines of plain
text are taken from the front without the prompt: a tab in them completes nothing, and a thousand lines are fast.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import get_typeahead, store_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPress
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.keys import Keys

from ...language.transcript import PROMPT, TITLE, commands, is_transcript, output_lines
from ..signals import INTERRUPT, held_back
from .mode import flush_input

_ENTER = (Keys.ControlM, Keys.ControlJ)
_TEXT = (Keys.BracketedPaste, Keys.ControlI)
_MARKS = (PROMPT, TITLE, "```")  # a text without any of them is no transcript and no ticket
TAKEN = "paste"  # the command that loads a table that was pasted


class Typeahead:
    """The keys that wait for the next prompt."""

    def __init__(self, source: Input, table: Callable[[str], bool]) -> None:
        self._input = source
        self._table = table  # takes a pasted table
        self._keys: deque[KeyPress] = deque()
        self.skipped = 0  # lines of output in pasted transcripts

    def collect(self) -> None:
        """Take over the keys that the last prompt left and those that the terminal holds.

        Raises KeyboardInterrupt if Ctrl-C is among them; the keys before it are dropped.
        """
        before = len(self._keys)
        with held_back(INTERRUPT):
            self._add(get_typeahead(self._input))
            while keys := self._input.read_keys():
                self._add(keys)
        if len(self._keys) > before:
            self._skip_output()

    def line(self) -> str | None:
        """Return the next whole line; None if there is none, or if it has keys that are not text, for the prompt."""
        text: list[str] = []
        for key in self._keys:
            if key.key in _ENTER:
                for _ in range(len(text) + 1):
                    self._keys.popleft()
                return "".join(text)
            if isinstance(key.key, Keys) and key.key not in _TEXT:
                return None
            text.append(key.data)
        return None

    @property
    def _begins(self) -> bool:
        """Whether the next key begins a line."""
        return not self._keys or self._keys[-1].key in _ENTER

    @property
    def waits(self) -> bool:
        """Whether there are keys: a pager would take them."""
        return bool(self._keys)

    def hand_over(self) -> None:
        """Pass all keys to the next prompt."""
        store_typeahead(self._input, list(self._keys))
        self._keys.clear()

    def drop(self) -> int:
        """Drop all keys, also those that the terminal holds. Return how many lines were complete."""
        with held_back(INTERRUPT):
            keys = [*self._keys, *get_typeahead(self._input)]
            while more := self._input.read_keys():
                keys += more
            self._keys.clear()
            self._input.flush_keys()
            flush_input(self._input.fileno())
        return sum(key.key in _ENTER or key.data.count("\n") for key in keys)

    def _skip_output(self) -> None:
        """Drop the whole lines that are no commands, if this is a transcript or a ticket."""
        if not any(mark in "".join(key.data for key in self._keys) for mark in _MARKS):
            return
        lines: list[list[KeyPress]] = [[]]
        for key in self._keys:
            lines[-1].append(key)
            if key.key in _ENTER:
                lines.append([])
        texts = ["".join(key.data for key in line if key.key not in _ENTER) for line in lines]
        if is_transcript(texts):
            found = commands(texts)[:-1]  # the last line is not complete
            self.skipped += output_lines(texts, found)
            enter = KeyPress(Keys.ControlM, "\r")
            kept = [
                line if text == command else [*typed(command), enter]
                for line, text, command in zip(lines, texts, found)
                if command is not None
            ]
            self._keys = deque(chain.from_iterable([*kept, lines[-1]]))

    def _add(self, keys: Iterable[KeyPress]) -> None:
        for key in keys:
            if key.key is Keys.ControlC:
                raise KeyboardInterrupt
            if key.key is Keys.BracketedPaste:
                self._keys.extend(typed(TAKEN if self._begins and self._table(key.data) else key.data))
            elif key.key is not Keys.CPRResponse:
                self._keys.append(key)


def typed(text: str) -> Iterator[KeyPress]:
    """Yield pasted text as keys: its lines, each but the last ended by Enter."""
    first, *others = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if first:
        yield KeyPress(Keys.BracketedPaste, first)
    for line in others:
        yield KeyPress(Keys.ControlM, "\r")
        if line:
            yield KeyPress(Keys.BracketedPaste, line)


def paste_bindings(by_character: bool, skip: Callable[[int], None], table: Callable[[str], bool]) -> KeyBindings:
    """Return bindings that type a pasted text: its first line completes the current one, its last can be edited.

    Of a transcript only the lines with the prompt are typed; `skip` is told how many others there were. A text that
    `table` takes, at an empty prompt, is not typed: the line becomes `paste`, which loads it.
    `by_character`: a dumb terminal's prompt echoes one character for each change of the line.
    """
    bindings = KeyBindings()

    @bindings.add(Keys.BracketedPaste)
    def paste(event: KeyPressEvent) -> None:
        lines = event.data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if not event.current_buffer.text and table("\n".join(lines)):
            event.current_buffer.insert_text(TAKEN)
            return
        if is_transcript(lines):
            found = commands(lines)
            skip(output_lines(lines, found))
            lines = [*(line for line in found if line is not None), *([""] if found[-1] is None else [])]
        keys = list(typed("\n".join(lines)))
        if len(keys) > 1 or (keys and keys[0].key in _ENTER):
            event.key_processor.feed_multiple(keys, first=True)
            return
        for stretch in lines[0] if by_character else lines:
            event.current_buffer.insert_text(stretch)

    return bindings
