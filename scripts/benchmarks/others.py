"""Other programs for the same job, if they are installed: no targets, for information only."""

import shutil
from collections.abc import Iterator
from functools import partial
from statistics import median

from .figures import Row, interleaved, seconds
from .processes import SHELL, duration, listener, prompt

CONNECT = "one connect to a loopback port"
PROMPT = "first prompt"


def rows(quick: bool) -> Iterator[Row]:
    """A whole process for one connect, and the time to the first prompt of another program with prompt_toolkit."""
    repeats = 5 if quick else 15
    with listener() as port:
        ours = [SHELL, "-c", f"socket; connect -name 127.0.0.1 -port {port}"]
        there = str(port)
        for name, command in (
            ("nc -z", ["nc", "-z", "127.0.0.1", there]),
            ("ncat -z", ["ncat", "-z", "127.0.0.1", there]),
            ("nmap -p", ["nmap", "-n", "-Pn", "-sT", "-p", there, "127.0.0.1"]),
        ):
            if not shutil.which(command[0]):
                yield Row(f"{CONNECT}: {command[0]} is not installed", "")
                continue
            taken, others = map(median, interleaved(repeats, partial(duration, ours), partial(duration, command)))
            yield Row(f"{CONNECT}: stcp-shell / {name}", seconds(taken), seconds(others), taken / others)
    if not shutil.which("litecli"):
        yield Row(f"{PROMPT}: litecli is not installed", "")
        return
    taken, others = map(
        median,
        interleaved(
            repeats, partial(prompt, [SHELL], b"stcp:"), partial(prompt, ["litecli", ":memory:"], b":memory:>")
        ),
    )
    yield Row(f"{PROMPT}: stcp-shell / litecli", seconds(taken), seconds(others), taken / others)
