"""`python -m stcp_shell` is `stcp-shell`."""

from .app.main import main

main()
