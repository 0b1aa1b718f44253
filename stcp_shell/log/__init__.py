"""The session log: JSON Lines, one record a line, each as schema.json describes it."""

SCHEMA = 2  # the version of that format, which the `session` record names
