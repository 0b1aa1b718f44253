"""Whether the far end of a connection is a socket of this host (/proc/net/tcp, proc(5)).

Its rows show a socket's own address and the remote one; for the far end the remote one is our own source.
"""

from __future__ import annotations

import socket
import sys

from ...model.connection import Endpoint

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")


def far_end(source: Endpoint) -> bool:
    """Return whether a socket of this network namespace, also in TIME_WAIT, has that endpoint as its remote one."""
    wanted = {_hexadecimal(source)}
    if ":" not in source.address:  # accepted by a socket of both families
        wanted.add(_hexadecimal(source._replace(address=f"::ffff:{source.address}")))
    for path in _TABLES:
        try:
            with open(path, encoding="ascii") as file:
                if any(wanted.intersection(line.split(None, 3)[2:3]) for line in file):
                    return True
        except OSError:
            continue
    return False


def _hexadecimal(endpoint: Endpoint) -> str:
    """Return `3201A8C0:1F90`: each 32-bit word of the address in the host's byte order."""
    address = endpoint.address.partition("%")[0]
    packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    words = [packed[start : start + 4] for start in range(0, len(packed), 4)]
    if sys.byteorder == "little":
        words = [word[::-1] for word in words]
    return f"{b''.join(words).hex().upper()}:{endpoint.port:04X}"
