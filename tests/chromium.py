"""Headless Chromium, asked over its debugging pipe: what a page says on its console, how wide it is, how it looks.

The protocol is that of https://chromedevtools.github.io/devtools-protocol/: JSON messages that end in NUL, which
Chromium reads from its file descriptor 3 and writes to 4.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
]
PATIENCE = 30.0  # seconds
Message = dict[str, Any]


def program() -> str | None:
    """Where Chromium is, if it is installed."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """A browser with one page."""

    def __init__(self, asks: int, answers: int) -> None:
        self.console: list[str] = []  # errors and warnings of the page
        self.requests: list[str] = []  # what it asked for
        self._asks, self._answers = asks, answers
        self._rest = b""
        self._number = 0
        self._session = ""
        self._loaded = False
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._ask(f"{domain}.enable")

    def show(self, page: Path, width: int, dark: bool = False, media: str = "screen") -> None:
        """Load a file in a window of that width."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        self._loaded = False
        self._ask("Page.navigate", url=page.as_uri())
        self._until(lambda: self._loaded)

    def value(self, expression: str) -> Any:
        """What a JavaScript expression is on the page."""
        return self._ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def picture(self, path: Path) -> None:
        """The whole page as a PNG file."""
        shot = self._ask("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, path: Path, width: float, height: float) -> None:
        """The page as a PDF file, on paper of that size in inches."""
        made = self._ask("Page.printToPDF", paperWidth=width, paperHeight=height)
        path.write_bytes(base64.b64decode(made["data"]))

    def _ask(self, method: str, **parameters: Any) -> Message:
        self._number += 1
        number = self._number
        message: Message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._asks, json.dumps(message).encode() + b"\0")
        answers: list[Message] = []
        self._until(lambda: bool(answers), lambda m: answers.append(m) if m.get("id") == number else None)
        if "error" in answers[0]:
            raise RuntimeError(f"{method}: {answers[0]['error']}")
        result: Message = answers[0]["result"]
        return result

    def _until(self, done: Any, look: Any = lambda message: None) -> None:
        deadline = time.monotonic() + PATIENCE
        while not done():
            if not select.select([self._answers], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError("chromium does not answer")
            data = os.read(self._answers, 1 << 20)
            if not data:
                raise EOFError("chromium has ended")
            *whole, self._rest = (self._rest + data).split(b"\0")
            for text in whole:
                message = json.loads(text)
                self._hear(message)
                look(message)

    def _hear(self, message: Message) -> None:
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Log.entryAdded":
            self.console.append(f"{parameters['entry']['level']}: {parameters['entry']['text']}")
        elif method == "Runtime.exceptionThrown":
            self.console.append(f"exception: {parameters['exceptionDetails']['text']}")
        elif method == "Runtime.consoleAPICalled":
            self.console.append(f"{parameters['type']}: {parameters['args']}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Chromium with an empty profile in the folder; it is ended afterwards."""
    chromium = program()
    assert chromium
    read_asks, asks = os.pipe()
    answers, write_answers = os.pipe()
    # a shell moves the ends to where Chromium looks for them
    moved = f'exec "$0" "$@" 3<&{read_asks} 4>&{write_answers}'
    command = ["bash", "-c", moved, chromium, *OPTIONS, f"--user-data-dir={folder / 'profile'}"]
    options: dict[str, Any] = {"pass_fds": (read_asks, write_answers), "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True, **options) as process:
        os.close(read_asks)
        os.close(write_answers)
        try:
            yield Browser(asks, answers)
        finally:
            os.close(asks)
            os.close(answers)
            os.killpg(process.pid, signal.SIGKILL)  # its helpers, too
