"""The TCP sockets of all programs of this host: dumps, events and owners, without root."""
