"""Windows: lines of `=`, which stand before its tables."""

from __future__ import annotations

from ..states import HEAD
from ..table import Reader
from .windows_shapes import is_ruler


class Rulers(Reader):
    """Rulers before a table: they do not say of which system."""

    def read(self, line: int, text: str) -> int | None:
        return HEAD if is_ruler(text.strip()) else None
