"""A multi-homed network in namespaces, for the demo, the tests and for practice.

    phx_vos enetA 172.16.1.50 ---- 172.16.1.1 router-a ----.
                                                            client 10.1.1.1, port 2121
    phx_vos enetZ 192.168.77.50 -- 192.168.77.1 router-z --'

`enter` moves the calling process onto `phx_vos`, also for a user who is not root. Routers and client are network
namespaces that only this process holds, by file descriptor: however it ends, they end with it. The modules:
`scenarios` declares what is built, `namespaces` asks the kernel for the rooms, `network` furnishes them with iproute2,
`names` covers the files that resolve host names, `client` is the listener on port 2121.
"""

from stcp_shell.lab.namespaces import LabUnavailable
from stcp_shell.lab.network import enter
from stcp_shell.lab.scenarios import DEFAULT, SCENARIOS, Scenario, describe

__all__ = ["DEFAULT", "SCENARIOS", "LabUnavailable", "Scenario", "describe", "enter"]
