"""Readers of tables, one module for tables that look alike. The order is that in which they are asked."""

from . import cisco, ifconfig, iproute, netstat, vxworks, windows

OPENERS = (
    iproute.open_table,
    ifconfig.open_table,
    windows.open_table,
    cisco.open_table,
    vxworks.open_table,
    netstat.open_table,
)
