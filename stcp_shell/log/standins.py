"""What is written in the place of addresses and names, as `Notations` needs it."""

from typing import Protocol


class Standins(Protocol):
    """Stand-ins. Each raises ValueError for a text that is none of its kind."""

    def address(self, numeric: str) -> str:
        """Return that of an address."""

    def prefix(self, numeric: str, length: int) -> str:
        """Return that of a network, or of an address in one."""

    def hardware(self, octets: bytes) -> bytes:
        """Return that of a hardware address."""

    def is_hardware(self, octets: bytes) -> bool:
        """Return whether a hardware address is in the log in a form that nothing else has."""

    def name(self, text: str) -> str:
        """Return that of a host name."""
