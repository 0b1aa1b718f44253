"""Host names of the lab: private copies of the files that resolve them, in this process's mount namespace.

Names are looked up in /etc/hosts alone. The lookup of any other name fails at once, and no query goes to a DNS server;
nor to a resolver that listens on a Unix socket, which a network namespace does not block (nss-resolve): hence
nsswitch.conf.
"""

import os
import re
from pathlib import Path

from .namespaces import MS_BIND, mount

HOST_NAME = "phx_vos"

# `backup` is an example of a name with several addresses
HOSTS = """\
127.0.0.1 localhost
::1 localhost
172.16.1.50 phx_vos
fd00:172:16:1::50 phx_vos
172.16.1.1 router-a
fd00:172:16:1::1 router-a
192.168.77.1 router-z
fd00:192:168:77::1 router-z
10.1.1.1 client backup
10.1.1.7 backup
fd00:10:1:1::1 client backup
"""


def cover_names() -> None:
    """Cover hosts, resolv.conf and nsswitch.conf in /etc. Raises OSError; a missing file is skipped."""
    _cover("/etc/hosts", HOSTS)
    _cover("/etc/resolv.conf", "")
    switch = Path("/etc/nsswitch.conf")
    if switch.exists():
        text = switch.read_text(encoding="utf-8", errors="surrogateescape")
        _cover(str(switch), re.sub(r"(?m)^(\s*hosts:).*$", r"\1 files", text))


def _cover(path: str, text: str) -> None:
    """Mount TEXT over a file. The mount keeps the temporary file, whose name is removed."""
    from tempfile import NamedTemporaryFile

    if not os.path.exists(path):
        return
    with NamedTemporaryFile("w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
        file.flush()
        os.chmod(file.fileno(), 0o644)
        mount(file.name, path, MS_BIND)
