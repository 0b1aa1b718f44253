"""The kernel's tables, read over netlink or by older calls, and lookups in them."""
