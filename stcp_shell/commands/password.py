"""A password from a file, the environment or a prompt without echo: never from the command line, never into a log."""

from __future__ import annotations

import os
import stat
import termios
from collections.abc import Iterator
from contextlib import contextmanager

from ..environment import Environment
from ..errors import Failure, reason

VARIABLE = "STCP_SHELL_PASSWORD"
_MOST = 4096  # bytes


def password(environment: Environment, path: str | None, user: str) -> str:
    """Return the password of a user. Raises Failure if there is none, or if others may read its file."""
    if path is not None:
        return _from_file(path)
    if VARIABLE in environment.variables:
        return environment.variables[VARIABLE]
    if not environment.interactive:
        raise Failure(f"the password of {user} is missing: use -password-file FILE, or set {VARIABLE}")
    from getpass import getpass

    try:
        with _lines():
            return getpass(f"Password of {user}: ")
    except EOFError:
        raise Failure("no password was given") from None


@contextmanager
def _lines() -> Iterator[None]:
    """Have the terminal deliver whole lines: between two prompts the shell has it deliver each key."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        yield  # getpass(3) falls back to standard input
        return
    before = termios.tcgetattr(terminal)
    mode = [*before]
    mode[0] |= termios.ICRNL
    mode[3] |= termios.ICANON
    try:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, mode)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
        os.close(terminal)


@contextmanager
def raw_keys() -> Iterator[int]:
    """Have the terminal deliver and echo each key, with a newline for Enter; yield its descriptor. Raises Failure."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError as error:
        raise Failure(f"/dev/tty: {reason(error)}") from None
    before = termios.tcgetattr(terminal)
    mode = [*before]
    mode[0] |= termios.ICRNL
    mode[3] = (mode[3] | termios.ECHO) & ~termios.ICANON
    try:
        termios.tcsetattr(terminal, termios.TCSANOW, mode)
        yield terminal
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)
        os.close(terminal)


def _from_file(path: str) -> str:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # a FIFO without a writer must not block
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Failure(f"-password-file {path}: not a file")
            if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise Failure(f"-password-file {path}: others may read it: chmod 600 it first")
            text = file.read(_MOST + 1).decode().partition("\n")[0].rstrip("\r")
            if not text or len(text) > _MOST or "\0" in text:
                raise Failure(f"-password-file {path}: its first line is no password")
            return text
    except OSError as error:
        raise Failure(f"-password-file {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Failure(f"-password-file {path}: not UTF-8 text") from None
