"""Another host's tables, as text that was pasted: interfaces, routes and rules of many systems, with their lines."""
