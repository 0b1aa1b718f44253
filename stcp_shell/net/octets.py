"""Bytes of a peer or of the kernel as text, from which they can be told again."""

import re


def text_of(data: bytes) -> str:
    r"""Return UTF-8 as text. Another byte becomes `\x90`; the four characters `\x90` become `\\x90`."""
    if b"\\x" in data:  # compiled at the first use, as the patterns of the language are
        data = re.sub(rb"\\(?=x[0-9a-f]{2})", rb"\\\\", data)
    return data.decode("utf-8", "backslashreplace")
