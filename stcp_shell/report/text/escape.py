r"""Makes external text safe to print: characters that control a terminal or cannot be seen are shown as escapes.

Interface names, a peer's banner and host names can hold anything. No control character and no bidirectional override
reaches a screen or a log: they become `\x1b`, `\u202e`, `\n`.
"""

import re

# C0, DEL and C1 (category Cc), lone surrogates (Cs), noncharacters, by category Cf, Zl, Zp and Zs but U+3000, which has
# a width of its own (Unicode 15.0), and what is drawn as nothing: fillers, variation selectors, tags, an empty Braille
# cell. A character class, because a look-up of each character in `unicodedata` is 50 times slower.
_HIDDEN = (
    "[\x00-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5"
    "\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(f"{chr((plane << 16) + 0xFFFE)}{chr((plane << 16) + 0xFFFF)}" for plane in range(1, 17))
    + "]"
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
