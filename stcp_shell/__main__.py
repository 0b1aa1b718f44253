"""`python -m stcp_shell` runs `stcp-shell`."""

import os
import sys

# `python -m` puts the current folder first: a module there must not take the place of one of the library.
if sys.path and sys.path[0] in ("", os.getcwd()):
    sys.path.append(sys.path.pop(0))

from .app.program import main

main()
