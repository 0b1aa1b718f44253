"""Access to the operating system: facts in, facts out. Independent of sessions and of text formats."""
