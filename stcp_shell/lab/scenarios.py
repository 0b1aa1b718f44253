"""The lab's scenarios by name, each a small declaration in `filters`, `faults`, `own`, `services` or `sizes`."""

from collections.abc import Mapping

from ..errors import brief, near_miss
from .faults import FAULTS
from .filters import FILTERS
from .namespaces import LabUnavailable
from .own import OWN
from .services import SERVICES
from .sizes import SIZES
from .topology import PORT, Scenario

DEFAULT = "acl-drop"
OPEN = Scenario("open", "Nothing is filtered: both source addresses reach the client.", "healthy")

_ALL = (OPEN, *FILTERS, *FAULTS, *OWN, *SERVICES, *SIZES)
SCENARIOS: Mapping[str, Scenario] = {scenario.name: scenario for scenario in _ALL}


def find(name: str) -> Scenario:
    """Return the scenario of that name. Raises `LabUnavailable` if there is none."""
    if name in SCENARIOS:
        return SCENARIOS[name]
    near = near_miss(name, SCENARIOS)
    raise LabUnavailable(f"the lab has no scenario {brief(name)}{near}: `stcp-shell --lab=list` lists the scenarios")


def describe(name: str = DEFAULT) -> list[str]:
    """Return a picture of the network, of at most 60 columns, and what the scenario does to it.

    Raises `LabUnavailable` if there is no scenario of that name.
    """
    scenario = find(name)
    return [
        f"Lab {scenario.name}, gone when this shell ends.",
        scenario.summary,
        "",
        "  enetA 172.16.1.50 ---- 172.16.1.1 router-a --.",
        "phx_vos                                         client",
        "  enetZ 192.168.77.50 -- 192.168.77.1 router-z -'",
        f"      (default gateway 192.168.77.1)  10.1.1.1 port {PORT}",
        "",
        "IPv6: fd00:172:16:1::50, fd00:192:168:77::50; client fd00:10:1:1::1",
        "Names: client, backup (several addresses), router-a, router-z, phx_vos",
    ]
