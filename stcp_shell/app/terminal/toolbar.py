"""The bottom toolbar: the current socket, the timeout of connect, and the host."""

from ...commands.session import Session, Socket
from ...report.text.escape import visible


def toolbar(session: Session, lab: bool) -> str:
    """Return one line of plain text; prompt_toolkit cuts it to the terminal's width."""
    current = session.current
    where = f"{'lab' if lab else 'host'} {session.environment.host}"
    socket = _socket(current) if current else "no socket"
    return visible(f" {socket} | timeout {session.timeout:g} s | {where} ")


def _socket(entry: Socket) -> str:
    text = f"socket {entry.number} {entry.protocol} {entry.state}"
    local = entry.local or entry.bound
    if local:
        text += f" {local}"
    if entry.peer:
        text += f"{'' if local else ' ?'} → {entry.peer}"
    return text
