"""The kernel's tables, read over netlink or by older calls, and what is asked of them."""
