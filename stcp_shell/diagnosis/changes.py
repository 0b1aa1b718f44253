"""What changed on this host while it was tested: interfaces, addresses, routes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..model.connection import ResolvedRoute
from ..model.tables import Interface

MOST = 6  # that are listed


def of_interfaces(before: Sequence[Interface], after: Sequence[Interface]) -> tuple[str, ...]:
    """Return which interfaces and addresses came, went, or changed their state."""
    return _few(list(_of_interfaces(before, after)))


def of_route(source: str, before: ResolvedRoute | None, after: ResolvedRoute | None) -> str:
    """Return how the route from a source address changed; empty: it did not, or a redirect was learned, or unknown."""
    if before is None or after is None or after.redirected or _way(before) == _way(after):
        return ""
    return f"the route from {source}: {_way(before)} => {_way(after)}"


def _of_interfaces(before: Sequence[Interface], after: Sequence[Interface]) -> Iterator[str]:
    then, now = ({each.ifindex: each for each in found} for found in (before, after))
    for index in [*then, *(index for index in now if index not in then)]:
        old, new = then.get(index), now.get(index)
        if new is None and old is not None:
            yield f"{old.name} was removed"
        elif old is None and new is not None:
            yield f"{new.name} was added"
        elif old is not None and new is not None:
            yield from _of_interface(old, new)


def _of_interface(old: Interface, new: Interface) -> Iterator[str]:
    for flag, words in (("UP", ("came up", "went down")), ("RUNNING", ("got its carrier", "lost its carrier"))):
        if (flag in old.flags) != (flag in new.flags):
            yield f"{new.name} {words[flag in old.flags]}"
            break
    if old.name != new.name:
        yield f"{old.name} was renamed to {new.name}"
    then, now = ({each.address for each in found.addresses} for found in (old, new))
    yield from (f"{address} was removed from {new.name}" for address in sorted(then - now))
    yield from (f"{address} was added to {new.name}" for address in sorted(now - then))


def _way(route: ResolvedRoute) -> str:
    if route.kind != "unicast":
        return "none" if route.kind == "none" else f"{route.kind} route"
    return f"via {route.gateway} on {route.interface}" if route.gateway else f"on the link {route.interface}"


def _few(lines: list[str]) -> tuple[str, ...]:
    more = len(lines) - MOST
    return (*lines[:MOST], *([f"{more} more change{'s' * (more > 1)}"] if more > 0 else []))
