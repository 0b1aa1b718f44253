"""The entry point of `stcp-shell` and `stcp_calls`."""

import _signal  # type: ignore[import-not-found]  # what `signal` wraps: importing that takes milliseconds

# Until `main` has its own handler Ctrl-C ends the process without a traceback of the imports.
if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

import gc
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> "NoReturn":
    """Run the program and end the process.

    It is imported without the collector, which would go over all that the imports make, again and again, and find
    nothing: 2.7 of 33 ms. Until then Ctrl-C has nothing to end but the imports.
    """
    gc.disable()
    try:
        from .main import main as run

        gc.enable()
        if _signal.getsignal(_signal.SIGINT) == _signal.SIG_DFL:
            _signal.signal(_signal.SIGINT, _signal.default_int_handler)
        run()
    except KeyboardInterrupt:
        os._exit(130)
