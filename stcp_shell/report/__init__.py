"""Facts and records to text. Pure functions; the only I/O is the writing."""
