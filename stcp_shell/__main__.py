"""`python -m stcp_shell` runs `stcp-shell`."""

from .app.entry import main

main()
