"""Bytes of a peer or of the kernel as text, from which they can be told again."""

import re


def text_of(data: bytes) -> str:
    r"""Return UTF-8 as text. Another byte becomes `\x90`; backslashes are doubled before that, and before `x90`."""
    if b"\\" not in data:
        return data.decode("utf-8", "backslashreplace")
    text = data.decode("utf-8", "surrogateescape")  # compiled at the first use, as the patterns of the language are
    doubled = re.sub(r"(\\+)(?=x[0-9a-f]{2}|[\udc80-\udcff])", r"\1\1", text)
    return doubled.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
