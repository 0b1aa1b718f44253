"""`predict`: the route and the source address that another host would choose, from its pasted tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Failure
from ..language.declaration import Option, command
from ..language.kinds import ADDRESS, HOST, PATH, TEXT, is_address
from ..model.connection import Endpoint
from .load import LIVE, NAME, bytes_of, host_of, label, loaded, stem
from .session import Session

if TYPE_CHECKING:
    from ..model.prediction import PredictedLive, Prediction
    from ..model.route_get import RouteFound
    from ..pasted.facts import Row
    from ..pasted.prefixes import Prefixes


@command(
    "predict",
    Option("name", HOST, "the destination: an address; names are not looked up here", required=True, bare=True),
    Option("client-used", ADDRESS, "the address of the host that the client used"),
    Option("from", ADDRESS, "the address that the socket is bound to; without it the host chooses"),
    Option("host", NAME, "the loaded host, if there are several; live: this one, beside what its kernel says"),
    Option("with", TEXT, "a route to add first: 'via 172.16.1.1'"),
    Option("file", PATH, "load this file first; `-` is the standard input"),
    examples=[
        "predict -name 10.1.1.1 -client-used 172.16.1.50",
        "predict 10.1.1.1 -client-used 172.16.1.50 -with 'via 172.16.1.1'",
        "predict 10.1.1.1 -client-used 172.16.1.50 -file tables.txt",
    ],
)
def predict(
    session: Session,
    name: str,
    client_used: str | None = None,
    from_: str | None = None,
    host: str | None = None,
    with_: str | None = None,
    file: str | None = None,
) -> Prediction | PredictedLive:
    """Predict the route and the source address of a new connection of another host, from its pasted tables.

    Each claim names its rows. How sure it is: certain (the rules of its kernel, and all that they need is there),
    documented, conditional (what is missing is named), or unknown (the candidates are listed).
    """
    if file is not None and is_address(name):
        host = _from_file(session, file, host, client_used)
    return predicted(session, name, from_, client_used, host, with_)


def _from_file(session: Session, file: str, host: str | None, client_used: str | None) -> str:
    """Load a file, and return the host that is asked about: of several, the one that has the client's address.

    What the text lacks is shown before. Raises Failure if it cannot be said which host is meant.
    """
    found = loaded(session, [(label(file), bytes_of(session, file))], host or stem(file), None)
    if found.unread or found.remarks or found.same_text:
        session.show(found)
    if not found.same_text:
        return found.host
    names = (found.host, *found.same_text)
    own = [name for name in names if client_used in {own.address for own in session.hosts[name].addresses()}]
    if len(own) != 1:
        raise Failure(f"the text shows several hosts: load it, and say -host NAME: {', '.join(names)}")
    return own[0]


def predicted(
    session: Session, name: str, from_: str | None, client_used: str | None, host: str | None, with_: str | None = None
) -> Prediction | PredictedLive:
    """Return what is predicted for a loaded host; for this one, with what its kernel says. Raises Failure."""
    from ..diagnosis.offline_remedies import remedies
    from ..diagnosis.prediction import predict
    from ..model.prediction import PredictedLive
    from ..pasted.prefixes import Prefixes

    if not is_address(name):
        raise Failure(f"{name} is a name: give its address (another host's resolver may say something else)")
    found = host_of(session, host)
    for each in (client_used, from_):
        if each and (":" in each) != (":" in name):
            raise Failure(f"{each} and {name} are of different families")
    prefixes = Prefixes(found) if host == LIVE else session.prefixes(found)
    extra = None if with_ is None else _added(prefixes, name, with_)
    result = predict(found, prefixes, name, from_, client_used, extra, with_)
    result = result._replace(remedies=remedies(found, prefixes, result))
    session.last_prediction = result
    if host != LIVE or extra is not None:
        return result
    live = PredictedLive(result, _kernel(name, from_)).checked()
    session.last_prediction = live.prediction
    return live


def _kernel(destination: str, source: str | None) -> RouteFound:
    """Return what this host's kernel says."""
    from ..diagnosis import route_choice
    from ..net.tables.route_lookup import Tables

    with Tables() as tables:
        return route_choice.look_up(tables, destination, Endpoint(destination, 0), source)


def _added(prefixes: Prefixes, destination: str, text: str) -> Row:
    """Return the row that `-with 'via R'` adds. Raises Failure."""
    from ..diagnosis.prediction import with_route

    words = text.split()
    if len(words) not in (2, 4) or words[0] != "via" or not is_address(words[1]) or words[2:3] not in ([], ["dev"]):
        raise Failure("-with takes 'via ROUTER' or 'via ROUTER dev INTERFACE'")
    return with_route(prefixes, destination, words[1], words[3] if len(words) == 4 else "")
