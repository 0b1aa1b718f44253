"""Turns facts and records into text. Pure functions; the only I/O is the writing."""
