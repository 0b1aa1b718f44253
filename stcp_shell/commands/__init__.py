"""The commands, one module a family: declared, typed, thin. `CATALOGUE` holds them all."""

from types import ModuleType

from ..language.declaration import Catalogue, Command
from . import checks, connect, data, diagnose, help, interfaces, netstat, options, record, routes, shell, sockets, trace


def declared(module: ModuleType) -> list[Command]:
    """The commands that a module declares, in the order in which they stand there."""
    return [value for value in vars(module).values() if isinstance(value, Command)]


CATALOGUE = Catalogue(
    {
        "Sockets": [*declared(sockets), *declared(connect)],
        "Data": declared(data),
        "Socket options": declared(options),
        "Evidence": [*declared(diagnose), *declared(trace)],
        "Interfaces and routes": [*declared(interfaces), *declared(routes), *declared(netstat)],
        "Scripts that assert": declared(checks),
        "The session": [*declared(record), *declared(shell), *declared(help)],
    }
)
