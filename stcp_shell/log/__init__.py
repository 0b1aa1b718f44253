"""The session log: JSON Lines, one record per line, each as model/schema.json describes it."""

SCHEMA = 3  # version of the log format, as in the `session` record
