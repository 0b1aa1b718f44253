"""The session log: JSON Lines, one record a line."""
