"""The exit status of the program; `--help` prints it."""

from enum import IntEnum


class Status(IntEnum):
    """The exit status for the caller. If a signal ended the program it is 128 + its number, as in shells."""

    OK = 0
    FAILED = 1
    SYNTAX = 2
    INTERRUPTED = 130


EXIT_STATUS = """\
exit status:
  0    everything ran and every expectation held
  1    a command failed or an expectation did not hold
  2    the command line or a script does not parse; nothing of it ran
  130  interrupted (Ctrl-C); 128 + N: ended by signal N"""
