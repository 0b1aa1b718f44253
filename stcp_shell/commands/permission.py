"""Where a script may write: it is data, and often somebody else's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..errors import Failure

if TYPE_CHECKING:
    from .session import Session


def may_write(session: Session, path: str) -> str:
    """Return a path that the command may write, with `~` expanded. Raises Failure.

    Who types a command, or gives it with -c, may write anywhere. A script may do so in the working folder and below,
    but no hidden file (shells and other programs run some), in the folder of the session logs, and where --allow-write
    permits it.
    """
    expanded = os.path.expanduser(path)
    if session.origin in ("", "-c"):
        return expanded
    real, here = os.path.realpath(expanded), os.path.realpath(os.getcwd())
    inside = os.path.relpath(real, here)
    hidden = any(part.startswith(".") for part in inside.split(os.sep))
    if _below(real, here) and not hidden:
        return expanded
    allowed = [session.environment.state_folder, *session.writable]
    if any(_below(real, os.path.realpath(os.path.expanduser(each))) for each in allowed):
        return expanded
    raise Failure(
        f"{path}: a script writes in the working folder and below only, and no hidden files: "
        f"start with --allow-write PATH to permit more"
    )


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
