r"""Makes external text safe to print: characters that control a terminal or cannot be seen are shown as escapes.

Interface names, a peer's banner and host names can hold anything. No control character and no bidirectional override
reaches a screen or a log: they become `\x1b`, `\u202e`, `\n`.
"""

import re

# C0, DEL and C1 (category Cc), lone surrogates (Cs), and by category Cf, Zl and Zp (Unicode 15.0). A character class,
# because a look-up of each character in `unicodedata` is 50 times slower.
_HIDDEN = (
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
_SHORT = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}


def visible(text: str) -> str:
    """Return the text with hidden and control characters as escapes; printable text, ASCII or not, is unchanged."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_HIDDEN, _escape, text)  # compiled at the first use: that takes longer than the rest of the import


def visible_lines(lines: list[str]) -> list[str]:
    """Return `visible` of each of the lines."""
    together = "".join(lines)
    return lines if together.isascii() and together.isprintable() else [visible(line) for line in lines]


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if code < 0x100:
        return _SHORT.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
