"""An stcp_calls-style shell that shows which source address a connection used, and how it ended."""

__version__ = "0.1.0"
