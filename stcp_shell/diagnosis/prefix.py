"""Whether an address is in a network."""

from socket import AF_INET, AF_INET6, inet_pton


def within(address: str, network: str, length: int) -> bool:
    """Return whether a numeric address is in the network of that prefix length; zones are ignored."""
    if (":" in address) != (":" in network):
        return False
    family = AF_INET6 if ":" in network else AF_INET
    one, two = (int.from_bytes(inet_pton(family, text.partition("%")[0]), "big") for text in (address, network))
    return (one ^ two) >> ((128 if family == AF_INET6 else 32) - length) == 0
