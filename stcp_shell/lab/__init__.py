"""A multi-homed network in namespaces, for the demo, the tests and for practice.

    phx_vos enetA 172.16.1.50 ---- 172.16.1.1 router-a ----.
                                                            client 10.1.1.1, port 2121
    phx_vos enetZ 192.168.77.50 -- 192.168.77.1 router-z --'

`enter` moves the calling process onto `phx_vos`; it needs no root. Routers and client are network namespaces that only
this process holds, by file descriptor: however it ends, they end with it. The modules: `topology` declares the network,
`filters` and `faults` what can be wrong with it, `scenarios` lists them; `namespaces` makes the namespaces, `network`
configures them with iproute2, `names` covers the files that resolve host names, `client` is the listener on port 2121.
"""

from .namespaces import LabUnavailable
from .network import enter
from .scenarios import DEFAULT, SCENARIOS, describe
from .topology import Scenario

__all__ = ["DEFAULT", "SCENARIOS", "LabUnavailable", "Scenario", "describe", "enter"]
