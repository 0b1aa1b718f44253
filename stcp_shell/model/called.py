"""Who called back when this host, as a client, asked a server to."""

from typing import Annotated, NamedTuple, Optional

from .connection import Destination, Endpoint
from .record import Word, record

OUTCOMES = (
    "called",  # a connection came
    "not-called",  # the dialogue ended, and no connection came: the server's last reply may say why
    "no-reply",  # neither came in time
    "refused",  # the server did not let us ask: login, PORT, version
    "failed",  # the control connection could not be made, was closed, or is not the protocol
    "cancelled",  # ended by Ctrl-C
)


@record("called")
class Called(NamedTuple):
    """A server was asked to connect to this host, and what came (callback ftp, callback ndmp)."""

    protocol: Annotated[Word, "ftp or ndmp"]
    server: Annotated[Destination, "the server, as the control connection A reached it"]
    control: Annotated[Optional[Endpoint], "our end of the control connection; null: there was none"]
    listener: Annotated[Optional[Endpoint], "the endpoint of ours that the server was told; null: none"]
    outcome: Annotated[Word, "how it ended: " + ", ".join(OUTCOMES)]
    caller: Annotated[Optional[Endpoint], "where the connection B came from; null: none came"] = None
    same: Annotated[Optional[bool], "whether the caller is the address of the control connection"] = None
    seconds: Annotated[Optional[float], "from the request to the call, or to the server's last reply"] = None
    replies: Annotated[tuple[str, ...], "what the server replied, in order"] = ()
    why: Annotated[Optional[str], "the reason if it was refused or failed; null: none"] = None


class AllCalled(NamedTuple):
    """The results from each of our addresses."""

    results: tuple[Called, ...]

    def records(self) -> tuple[Called, ...]:
        """Return a record for each address."""
        return self.results

    @property
    def cancelled(self) -> bool:
        """Whether Ctrl-C ended it."""
        return any(each.outcome == "cancelled" for each in self.results)
