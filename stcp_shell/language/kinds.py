"""The kinds of values that a command takes: how each is named in the help, checked, and completed.

A kind's `convert` turns a word into the value that the command's function gets, or raises ValueError with the
reason. It looks at the text alone: names are resolved when the command runs, so a script can be checked anywhere.
"""

from collections.abc import Callable
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Any, NamedTuple, Union

from ..errors import near_miss

# String methods, not regular expressions: to compile one costs more start-up time than all the checks of a script.
_SERVICE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+./-")


class Kind(NamedTuple):
    """A kind of value. `completes` names what the terminal offers for it."""

    label: str
    convert: Callable[[str], Any]
    completes: str = ""
    choices: tuple[str, ...] = ()


def address(text: str) -> str:
    """Return a numeric address in its canonical text (RFC 5952), with its zone. Raises ValueError if it is not one."""
    host, percent, zone = text.partition("%")
    family = AF_INET6 if ":" in host else AF_INET
    try:
        packed = inet_pton(family, host)
    except (OSError, ValueError):
        raise ValueError(f"{text[:60]} is not an IPv{6 if family == AF_INET6 else 4} address") from None
    if percent and (family == AF_INET or not zone):
        raise ValueError(f"{text[:60]}: a zone (%INTERFACE) belongs to an IPv6 link-local address")
    return inet_ntop(family, packed) + percent + zone


def is_address(text: str) -> bool:
    """Return whether a text is a numeric address."""
    try:
        address(text)
    except ValueError:
        return False
    return True


def addresses(text: str) -> tuple[str, ...]:
    """Return comma-separated numeric addresses in canonical text and in the given order, each once."""
    return tuple(dict.fromkeys(address(each.strip()) for each in text.split(",")))


class Misplaced(ValueError):
    """A value with a character that cannot be there. `at`: its place in the value, from 0."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(why)
        self.at = at


def host(text: str) -> str:
    """Return a numeric address or a host name (RFC 1123, section 2.1; underscores occur). It is not resolved here."""
    if "://" in text:
        raise Misplaced(f"this is a URL: write {_of_url(text)}", text.index("://"))
    if ":" in text or "%" in text or not text.strip("0123456789."):
        if not is_address(text) and (meant := bracketed(text)):
            raise ValueError(f"write {meant}")
        return address(text)
    labels = text.removesuffix(".").split(".")
    named = all(0 < len(label) <= 63 and label.replace("-", "").replace("_", "").isalnum() for label in labels)
    if not named or len(text) > 253 or not text[0].isalnum():
        raise ValueError(f"{text[:60]!r} is neither an address nor a host name")
    return text


def _of_url(text: str) -> str:
    """Return host and port of a URL (RFC 3986, section 3), as a command takes them."""
    scheme, _, rest = text.partition("://")
    name, number = host_and_port(rest.partition("/")[0].rpartition("@")[2])
    return f"{name[:60]} {number[:20] or scheme[:20]}"


def host_and_port(text: str) -> tuple[str, str]:
    """Split `HOST:PORT` and `[IPv6]:PORT`; the port is empty if there is none."""
    if text.startswith("[") and "]" in text:
        name, _, after = text[1:].partition("]")
        if after[:1] in ("", ":"):
            return name, after[1:]
    name, colon, number = text.rpartition(":")
    return (name, number) if colon and name and ":" not in name and "://" not in text else (text, "")


def bracketed(text: str) -> str:
    """Return `[IPv6]:PORT` for an IPv6 address with a port behind it, as in `::1:80`; empty if it has none."""
    name, _, number = text.rpartition(":")
    found = ":" in name and number.isdecimal() and is_address(name)
    return f"[{name}]:{number}" if found else ""


def target_port(text: str) -> Union[int, str]:
    """Return a port to connect to: as `port`, but not 0."""
    number = port(text)
    if number == 0:
        raise ValueError("a connect needs a port from 1 to 65535")
    return number


def port(text: str) -> Union[int, str]:
    """Return a port number, or a service name to look up when the command runs."""
    if text.lstrip("-").isdecimal():
        number = int(text) if len(text) < 10 else -1
        if not 0 <= number <= 65535:
            raise ValueError("a port number is 0 to 65535")
        return number
    if (text.isalpha() and text.isupper()) or (text.startswith("<") and text.endswith(">")):
        variable = text.strip("<>") or "N"
        raise ValueError(
            f"replace {text[:20]} by the port number, or set a variable (set {variable} 2121, or -D {variable}=2121) "
            f"and write ${variable}"
        )
    name, slash, protocol = text.partition("/")
    if slash and name and protocol in ("tcp", "udp"):
        raise Misplaced(f"write {name[:40]}", len(name))
    if not text or not _SERVICE.issuperset(text) or not any(map(str.isalpha, text)):  # RFC 6335, section 5.1
        digits = len(text) - len(text.lstrip("0123456789"))
        raise Misplaced("this takes one port: a number from 0 to 65535 or a service name", digits % max(1, len(text)))
    return text


def ports(text: str) -> tuple[Union[int, str], ...]:
    """Return comma-separated port numbers or service names, each once."""
    if text.replace("-", "").isdecimal() and "-" in text.strip("-"):
        raise Misplaced("a range is not taken: write the ports with commas between them", text.find("-", 1))
    return tuple(dict.fromkeys(target_port(part) for part in text.split(",")))


def seconds(text: str) -> float:
    """Return a duration in seconds: more than 0, at most a day (86400)."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 86400:
        raise ValueError("a duration is a number of seconds, more than 0 and at most 86400")
    return value


def at_least(least: float) -> Callable[[str], float]:
    """Return a converter for durations in seconds that are not shorter."""

    def convert(text: str) -> float:
        value = seconds(text)
        if value < least:
            raise ValueError(f"use at least {least:g} s")
        return value

    return convert


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return a converter for whole numbers from `low` to `high`."""

    def convert(text: str) -> int:
        digits = text.removeprefix("-")
        if not (digits.isdecimal() and len(digits) < 20 and low <= int(text) <= high):
            raise ValueError(f"write a whole number from {low} to {high}")
        return int(text)

    return convert


def choice(*names: str) -> Kind:
    """Return a kind whose value is one of these words."""

    def convert(text: str) -> str:
        if text not in names:
            raise ValueError(f"write {'one of ' if len(names) > 1 else ''}{', '.join(names)}{near_miss(text, names)}")
        return text

    return Kind("|".join(names), convert, "choice", names)


def choices(*names: str) -> Kind:
    """Return a kind whose value is one or several of these words, with commas between them."""
    one = choice(*names)

    def convert(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.convert(word) for word in text.split(",")))

    return Kind(f"{one.label}[,…]", convert, "choice", names)


def _path(text: str) -> str:
    if not text:
        raise ValueError("the path is empty")
    return text


HOST = Kind("HOST", host, "host")
LOCAL = Kind("ADDR", host, "local")
ADDRESSES = Kind("ADDR[,ADDR…]", addresses, "local")
ADDRESS = Kind("ADDR", address, "local")
PORT = Kind("PORT", port, "port")
TARGET = Kind("PORT", target_port, "port")  # of a connect
PORTS = Kind("P[,P…]", ports, "port")
SECONDS = Kind("SECONDS", seconds)
INTERFACE = Kind("NAME", str, "interface")
PATH = Kind("FILE", _path, "path")
SOCKET = Kind("N", whole(1, 2**31), "socket")
COUNT = Kind("COUNT", whole(1, 2**24))
NAME = Kind("NAME", str, "variable")
COMMAND = Kind("COMMAND", str, "command")
TEXT = Kind("TEXT", str)
FLAG = Kind("", bool)
