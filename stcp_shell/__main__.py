"""`python -m stcp_shell` runs `stcp-shell`."""

from .app.program import main

main()
