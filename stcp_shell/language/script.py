"""Reads the text of a script file, and rejects files that are not scripts."""

import os
import stat

from ..errors import ScriptProblem

MOST_BYTES = 1 << 26


def load(path: str, including: str = "") -> tuple[str, str]:
    """Return the real path and the text of a script. A relative path starts at the folder of the `including` script.

    Raises ScriptProblem if the file is missing, cannot be read, is no regular file, too large, binary or not UTF-8.
    """
    expanded = os.path.expanduser(path)
    real = os.path.realpath(os.path.join(os.path.dirname(including), expanded))
    try:
        with open(os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # a FIFO must not block
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
                raise ScriptProblem(f"{path}: this is no regular file: a script is one")
            if status.st_size > MOST_BYTES:
                raise ScriptProblem(f"{path}: larger than {MOST_BYTES >> 20} MiB: this is no script")
            content = file.read()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ScriptProblem(f"{path}: {reason}") from None
    return real, decode(content, path)


def _without_mark(content: bytes) -> str:
    """Return the text of UTF-16 without its byte order mark, as in most of its characters one byte is 0; or nothing."""
    for encoding, high in (("utf-16-le", content[1::2]), ("utf-16-be", content[::2])):
        if len(content) % 2 == 0 and content and high.count(0) > 0.7 * len(high):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            return text if "\0" not in text else ""
    return ""


def decode(content: bytes, path: str) -> str:
    """Return a script's text: UTF-8 or UTF-16. Raises ScriptProblem for anything else."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise ScriptProblem(f"{path}: begins like UTF-16, but is none: save it as UTF-8") from None
    if wide := _without_mark(content):
        return wide
    if b"\0" in content:
        raise ScriptProblem(f"{path}: this is a binary file, not a script (it has a NUL byte)")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScriptProblem(f"{path}:{line}: not UTF-8 (byte 0x{content[error.start]:02x}): save it as UTF-8") from None
