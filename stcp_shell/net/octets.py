"""Bytes of a peer or of the kernel as text, from which they can be told again."""

import re

_LIKE_ESCAPE = re.compile(rb"\\(?=x[0-9a-f]{2})")


def text_of(data: bytes) -> str:
    r"""Return UTF-8 as text. Another byte becomes `\x90`; the four characters `\x90` become `\\x90`."""
    return _LIKE_ESCAPE.sub(rb"\\\\", data).decode("utf-8", "backslashreplace")
