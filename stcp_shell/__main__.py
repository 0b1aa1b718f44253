"""`python -m stcp_shell` is `stcp-shell`."""

from .cli import main

main()
