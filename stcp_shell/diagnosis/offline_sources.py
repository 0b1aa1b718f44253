"""The source address on systems other than Linux, by the rules that are published for them.

BSD, macOS, AIX, HP-UX, Tru64: the address that the route was tied to when it was made, normally the one whose network
holds the gateway. Windows and Solaris rank all addresses of the outgoing interface. OpenVOS STCP and IOS use its one or
primary address.
"""

from __future__ import annotations

from ..pasted.addresses import Known, common, holds
from .offline import CONDITIONAL, DOCUMENTED, Chosen, Inquiry, Path, Undecided

_FAMILY_A = frozenset({"freebsd", "netbsd", "openbsd", "dragonfly", "macos", "aix", "hpux"})


def source(inquiry: Inquiry, path: Path) -> Chosen:
    """Return the source address of an unbound socket. Raises Undecided."""
    system = inquiry.host.system
    for each in inquiry.own:
        if each.own.address == inquiry.destination:
            inquiry.lower(CONDITIONAL, "it is an address of the host itself: the rules for that are not published")
            return Chosen(each.own.address, "the destination is an address of the host", each.own.line)
    if system.startswith("windows"):
        return _windows(inquiry, path)
    if system == "solaris":
        return _solaris(inquiry, path)
    if system in ("stcp", "ios", "nxos", "asa"):
        return _single(inquiry, path)
    return _tied(inquiry, path)


def _tied(inquiry: Inquiry, path: Path) -> Chosen:
    """Family A: the address of the route."""
    system = inquiry.host.system
    row, hop, _ = path
    if system in _FAMILY_A:
        inquiry.lower(DOCUMENTED)
    elif system == "bsd":
        inquiry.lower(CONDITIONAL, "which BSD it is is not known")
    else:
        inquiry.lower(CONDITIONAL, f"how {inquiry.host.system_name} chooses is not documented; taken for 4.4BSD's rule")
    if system == "openbsd" and hop.gateway:
        inquiry.lower(CONDITIONAL, "`route sourceaddr` is not in these tables: where it is set it wins")
    virtual = _virtual(inquiry, hop.interface)
    if virtual:
        return virtual
    if row.way.local and hop.gateway is None:
        return Chosen(row.way.local, f"the row of {row.prefix} shows it as its own address", row.line)
    target = hop.gateway or inquiry.destination
    there = inquiry.on(hop.interface)
    holding = [each for each in there if holds(each.own, target)]
    if not holding:
        candidates = tuple(each.own.address for each in there)
        what = (
            f"{target} is in no network of {hop.interface} that is shown"
            if there
            else (f"the addresses of {hop.interface} were not pasted (`ifconfig {hop.interface}`)")
        )
        for each in there:
            inquiry.cite(each.own.line, f"an address of {hop.interface}")
        raise Undecided(what, candidates)
    most = max(each.own.length or 0 for each in holding)
    best = [each for each in holding if each.own.length == most]
    if len(best) > 1:
        inquiry.lower(CONDITIONAL, "several addresses share that network: the route keeps the one it was made with")
    if all(each.hint for each in best) and not row.way.local and not _local_rows(inquiry, best[0]):
        inquiry.lower(CONDITIONAL, f"ifconfig was not pasted: {hop.interface} may have further addresses")
    return Chosen(best[0].own.address, f"the address of {hop.interface} whose network holds {target}", best[0].own.line)


def _local_rows(inquiry: Inquiry, best: Known) -> bool:
    """Return whether the table itself shows that its networks are tied to own addresses."""
    return any(way.local == best.own.address for way in inquiry.prefixes.ways)


def _virtual(inquiry: Inquiry, interface: str) -> Chosen | None:
    """AIX: the virtual address that interfaces of its list carry ("Sample VIPA environment", AIX 7.3)."""
    for card in inquiry.host.cards.values():
        if interface in card.settings.get("iflist", "").split():
            own = next((own for own in card.addresses if own.family == inquiry.family), None)
            if own:
                line = int(card.settings.get("iflist line", "0"))
                inquiry.cite(line, f"iflist: {card.settings['iflist']} use the address of {card.name}")
                return Chosen(
                    own.address, f"{interface} is in the iflist of the virtual interface {card.name}", own.line
                )
    return None


def _windows(inquiry: Inquiry, path: Path) -> Chosen:
    """KB 969029: the longest match with the next hop, then with the destination; never one with SkipAsSource."""
    row, hop, _ = path
    target = hop.gateway or inquiry.destination
    local = row.way.local
    there = inquiry.on(hop.interface)
    if local and not there:
        card = next((each.interface for each in inquiry.own if each.own.address == local), "")
        there = inquiry.on(card) or [each for each in inquiry.own if each.own.address == local]
    usable = [each for each in there if not {"skip", "tentative", "duplicate", "deprecated"} & set(each.own.flags)]
    if not usable:
        raise Undecided("the addresses of that interface were not pasted (`ipconfig /all`)")
    inquiry.lower(DOCUMENTED)
    family = inquiry.family
    ranked = sorted(usable, key=lambda each: _bits(each, target, inquiry.destination, family), reverse=True)
    first = _bits(ranked[0], target, inquiry.destination, family)
    equal = [each for each in ranked if _bits(each, target, inquiry.destination, family) == first]
    for each in usable:
        bits = common(each.own.address, target, family)
        inquiry.cite(each.own.line, f"{each.own.address}: {bits} bits in common with {target}")
    if len(usable) > 1 and "skip known" not in inquiry.host.shown:
        inquiry.lower(CONDITIONAL, "SkipAsSource is shown by neither ipconfig nor route print (Get-NetIPAddress)")
    if len(equal) > 1:
        names = " and ".join(each.own.address for each in equal)
        raise Undecided(
            f"{names} share equally many bits with the next hop and the destination: no documented rule "
            "decides; ask for Get-NetIPAddress (SkipAsSource)",
            tuple(each.own.address for each in equal),
        )
    return Chosen(ranked[0].own.address, f"most bits in common with {target}", ranked[0].own.line)


def _bits(each: Known, target: str, destination: str, family: str) -> tuple[int, int]:
    return common(each.own.address, target, family), common(each.own.address, destination, family)


def _solaris(inquiry: Inquiry, path: Path) -> Chosen:
    """`ipif_select_source_v4`: the destination's own network, not DEPRECATED, then the first logical interface."""
    hop = path.hop
    physical = hop.interface.partition(":")[0]
    there = [each for each in inquiry.own if each.interface.partition(":")[0] == physical]
    if not there:
        raise Undecided(f"the addresses of {physical} were not pasted (`ifconfig -a`)")
    inquiry.lower(CONDITIONAL, "-setsrc is shown by `route get` only, usesrc and IPMP by ifconfig")
    if all(each.hint for each in there):
        inquiry.lower(CONDITIONAL, f"ifconfig was not pasted: {physical} may have other addresses")
    cards = inquiry.host.cards

    def rank(each: Known) -> tuple[bool, bool, int]:
        card = cards.get(each.interface)
        unit = each.interface.partition(":")[2]
        deprecated = bool(card and "DEPRECATED" in card.flags)
        return deprecated, not holds(each.own, inquiry.destination), int(unit) if unit.isdecimal() else 0

    ranked = sorted(there, key=rank)
    first = ranked[0].interface.partition(":")[2]
    units = {card.partition(":")[2] for card in cards if card.partition(":")[0] == physical}
    if first.isdecimal() and int(first) > 0 and not units & {"", "0"}:
        inquiry.lower(CONDITIONAL, f"the text begins with {ranked[0].interface}: earlier logical interfaces come first")
    for each in ranked[1:]:
        inquiry.cite(each.own.line, f"a further address of {physical}")
    why = f"the first usable logical interface of {physical}"
    if holds(ranked[0].own, inquiry.destination):
        why += " whose network holds the destination"
    return Chosen(ranked[0].own.address, why, ranked[0].own.line, tuple(each.own.address for each in ranked[1:]))


def _single(inquiry: Inquiry, path: Path) -> Chosen:
    """OpenVOS STCP and IOS: the address of the interface. With several ones the rule is not published."""
    hop, system = path.hop, inquiry.host.system
    there = inquiry.on(hop.interface)
    addresses = tuple(dict.fromkeys(each.own.address for each in there))
    if not addresses:
        raise Undecided(f"the addresses of {hop.interface} were not pasted")
    if system == "stcp":
        if len(addresses) > 1:
            raise Undecided("which of several addresses of an interface STCP uses is not published", addresses)
        if "static inet" not in inquiry.host.shown:
            inquiry.lower(CONDITIONAL, "`route print` shows no static route, and whether it lists them is not known")
    else:
        inquiry.lower(CONDITIONAL, "`source-interface` settings are in the running configuration only")
        primary = [each for each in there if "secondary" not in each.own.flags]
        there = primary or there
    return Chosen(there[0].own.address, f"the address of {hop.interface}, the outgoing interface", there[0].own.line)
