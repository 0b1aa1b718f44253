"""The operating system: facts in, facts out. Knows no session and no text format."""
