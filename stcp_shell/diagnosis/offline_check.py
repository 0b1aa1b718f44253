"""Commands that show which route and source address a system uses."""

from __future__ import annotations

_SURE = {
    "linux": ("ip route get {to}",),
    "freebsd": ("route -n get {to}",),
    "netbsd": ("route -n get {to}",),
    "openbsd": ("route -n get {to}", "route sourceaddr"),
    "dragonfly": ("route -n get {to}",),
    "macos": ("route -n get {to}", "networksetup -listnetworkserviceorder"),
    "bsd": ("route -n get {to}",),
    "windows": ("Find-NetRoute -RemoteIPAddress {to}",),
    "windows-xp": ("netsh interface ip show config",),
    "solaris": ("route -n get {to}",),
    "aix": ("route -n get {to}", "netstat -C"),
    "hpux": ("netstat -rnv", "ndd -get /dev/ip ip_strong_es_model"),
    "stcp": ("the stcp_calls script: socket; connect -name {to} -port PORT",),
    "ios": ("show ip route {to}", "show running-config | include source-interface"),
}


def to_be_sure(system: str, destination: str) -> tuple[str, ...]:
    """Return commands of a system that show which route and source it uses."""
    return tuple(command.format(to=destination) for command in _SURE.get(system, ()))
