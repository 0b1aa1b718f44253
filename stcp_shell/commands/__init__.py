"""The commands, one module for each family: declared, typed and thin. `CATALOGUE` holds them all."""

from types import ModuleType

from ..language.declaration import Catalogue, Command
from . import (
    callback,
    connect,
    data,
    diagnose,
    expect,
    help,
    ifconfig,
    load,
    log,
    mtu,
    netstat,
    paste,
    predict,
    route,
    serve,
    shell,
    socket_options,
    sockets,
    traceroute,
    watch,
)


def declared(module: ModuleType) -> list[Command]:
    """Return the commands that a module declares, in the order of their declarations."""
    return [value for value in vars(module).values() if isinstance(value, Command)]


CATALOGUE = Catalogue(
    {
        "Sockets": [*declared(sockets), *declared(connect)],
        "Data": declared(data),
        "Socket options": declared(socket_options),
        "Evidence": [*declared(diagnose), *declared(traceroute), *declared(mtu)],
        "Real connections": [*declared(watch), *declared(callback), *declared(serve)],
        "Interfaces and routes": [*declared(ifconfig), *declared(route), *declared(netstat)],
        "Tables of other hosts": [*declared(load), *declared(paste), *declared(predict)],
        "Scripts that assert": declared(expect),
        "The session": [*declared(log), *declared(shell), *declared(help)],
    }
)
