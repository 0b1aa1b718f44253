r"""Text from elsewhere made safe to print: what would act on a terminal, or can't be seen, is shown as an escape.

Interface names, a peer's banner and host names can hold anything. On the way to a screen or a log no control
character and no bidirectional override gets through: `\x1b`, `\u202e`, `\n`.
"""

import re

# C0, DEL and C1 (category Cc), lone surrogates (Cs), and by category Cf, Zl and Zp (Unicode 15.0). A character class,
# for looking each character up in `unicodedata` is 50 times slower.
_HIDDEN = (
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
_SHORT = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}


def visible(text: str) -> str:
    """The text with everything shown that is hidden or acts; printable text, ASCII or not, stays as it is."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_HIDDEN, _escape, text)  # compiled when it is needed: that costs more than the rest of the import


def visible_lines(lines: list[str]) -> list[str]:
    """`visible` for each of the lines."""
    together = "".join(lines)
    return lines if together.isascii() and together.isprintable() else [visible(line) for line in lines]


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if code < 0x100:
        return _SHORT.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
