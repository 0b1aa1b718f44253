"""`python -m stcp_shell` is `stcp-shell`."""

from .app.entry import main

main()
