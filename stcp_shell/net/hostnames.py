"""Addresses to host names, for who asked for names; a resolver that does not answer is not asked again."""

import socket
import threading
import time

_STEP = 0.05  # seconds between two looks at the resolver's thread: Ctrl-C is heard that soon
MOST_KEPT = 65536


class HostNames:
    """Names of numeric addresses (getnameinfo(3)), each asked for once. One without a name stands for itself.

    After a question that stayed open for `timeout` seconds all others are answered with the address.
    """

    def __init__(self, timeout: float) -> None:
        self.silent = False
        self._timeout = timeout
        self._known: dict[str, str] = {}

    def __call__(self, address: str) -> str:
        """The name of an address, or what was given where there is none."""
        if self.silent:
            return address
        name = self._known.get(address)
        if name is None:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            name = self._known[address] = self._ask(address)
        return name

    def _ask(self, address: str) -> str:
        answers: list[str] = []

        def ask() -> None:
            try:
                answers.append(socket.getnameinfo((address, 0), socket.NI_NAMEREQD)[0])
            except (OSError, UnicodeError):  # no name; `default`, `link#2`: not an address
                answers.append(address)

        # getnameinfo(3) cannot be interrupted: it runs beside, and this thread stays free for Ctrl-C and the time-out.
        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        deadline = time.monotonic() + self._timeout
        while thread.is_alive() and time.monotonic() < deadline:
            thread.join(_STEP)
        self.silent = not answers
        return answers[0] if answers else address
