"""Damaged tables of other systems: no damage changes what a fact means without the state of a line saying so.

Each text below was typed after the format of one command. A mutation damages it as mail, editors and people do. A fact
that the damaged text has and the whole text has not must stand on a line that is partly understood, or not at all.

`STCP_SHELL_EXAMPLES=20000` runs more of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stcp_shell.pasted.host import Host
from stcp_shell.pasted.reading import read
from stcp_shell.pasted.text import decode

EXAMPLES = int(os.environ.get("STCP_SHELL_EXAMPLES", "4000"))
TABLES = {
    "stcp": """\
Number of interface(s) under IP: 3

%m17#loop.m17: <UP, LOOPBACK, RUNNING>
127.0.0.1 netmask 0xff000000

%m17#sdlmux.1: <UP, BROADCAST, RUNNING, NOFORWARDBROADCAST, KEEPALIVE>
192.0.2.20 netmask 0xffffffe0 broadcast 192.0.2.31

%m17#sdlmux.2: <UP, BROADCAST, RUNNING, NOFORWARDBROADCAST, KEEPALIVE>
10.7.4.20 netmask 0xfffffc00 broadcast 10.7.7.255
Default Gateway: 192.0.2.1
""",
    "freebsd-ifconfig-old": """\
em0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500
\toptions=9b<RXCSUM,TXCSUM,VLAN_MTU,VLAN_HWTAGGING,VLAN_HWCSUM>
\tether 00:1b:21:3c:4d:5e
\tinet 192.0.2.66 netmask 0xffffffc0 broadcast 192.0.2.127
\tinet 192.0.2.70 netmask 0xffffffff broadcast 192.0.2.70
\tinet6 fe80::21b:21ff:fe3c:4d5e%em0 prefixlen 64 scopeid 0x1
\tinet6 2001:db8:5::66 prefixlen 64
\tmedia: Ethernet autoselect (1000baseT <full-duplex>)
\tstatus: active
\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>
tun0: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> metric 0 mtu 1500
\toptions=80000<LINKSTATE>
\tinet 10.8.0.2 --> 10.8.0.1 netmask 0xffffffff
\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>
lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu 16384
\toptions=3<RXCSUM,TXCSUM>
\tinet6 ::1 prefixlen 128
\tinet 127.0.0.1 netmask 0xff000000
\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>
""",
    "freebsd-ifconfig-new": """\
vtnet0: flags=1008843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST,LOWER_UP> metric 0 mtu 1500
\toptions=4c00b8<VLAN_MTU,VLAN_HWTAGGING,JUMBO_MTU,VLAN_HWCSUM,VLAN_HWTSO,LINKSTATE,TXCSUM_IPV6>
\tether 52:54:00:a1:b2:c3
\tinet 198.51.100.9/28 broadcast 198.51.100.15
\tinet6 fe80::5054:ff:fea1:b2c3%vtnet0/64 scopeid 0x1
\tinet6 2001:db8:7::9/64 autoconf
\tgroups: egress
\tmedia: Ethernet autoselect (10Gbase-T <full-duplex>)
\tstatus: active
\tnd6 options=23<PERFORMNUD,ACCEPT_RTADV,AUTO_LINKLOCAL>
lo0: flags=1008049<UP,LOOPBACK,RUNNING,MULTICAST,LOWER_UP> metric 0 mtu 16384
\toptions=680003<RXCSUM,TXCSUM,LINKSTATE,RXCSUM_IPV6,TXCSUM_IPV6>
\tinet 127.0.0.1/8
\tinet6 ::1/128
\tinet6 fe80::1%lo0/64 scopeid 0x2
\tgroups: lo
\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>
""",
    "freebsd-netstat": """\
Routing tables

Internet:
Destination        Gateway            Flags     Netif Expire
default            192.0.2.1          UGS         em0
10.7.0.0/16        192.0.2.2          UGS         em0
127.0.0.1          link#2             UH          lo0
192.0.2.0/25       link#1             U           em0
192.0.2.66         link#1             UHS         lo0

Internet6:
Destination                       Gateway                       Flags     Netif Expire
default                           fe80::1%em0                   UGS         em0
::1                               link#2                        UHS         lo0
2001:db8:5::/64                   link#1                        U           em0
2001:db8:5::66                    link#1                        UHS         lo0
fe80::%em0/64                     link#1                        U           em0
fe80::21b:21ff:fe3c:4d5e%em0      link#1                        UHS         lo0
""",
    "freebsd-netstat-old": """\
Routing tables

Internet:
Destination        Gateway            Flags    Refs      Use  Netif Expire
default            192.0.2.1          UGS         0     4711    em0
10.7               192.0.2.2          UGS         0      812    em0
127.0.0.1          127.0.0.1          UH          0       12    lo0
192.0.2.64/26      link#1             UC          0        0    em0
192.0.2.65         00:1b:21:3c:4d:5f  UHLW        1      340    em0   1140
""",
    "openbsd": """\
lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 32768
\tindex 4 priority 0 llprio 3
\tgroups: lo
\tinet6 ::1 prefixlen 128
\tinet6 fe80::1%lo0 prefixlen 64 scopeid 0x4
\tinet 127.0.0.1 netmask 0xff000000
em0: flags=808843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST,AUTOCONF4> mtu 1500
\tlladdr 00:0d:b9:12:34:56
\tindex 1 priority 0 llprio 3
\tgroups: egress
\tmedia: Ethernet autoselect (1000baseT full-duplex)
\tstatus: active
\tinet 203.0.113.7 netmask 0xffffffe0 broadcast 203.0.113.31
em1: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> mtu 1500
\tlladdr 00:0d:b9:12:34:57
\tindex 2 priority 0 llprio 3
\tmedia: Ethernet autoselect (1000baseT full-duplex)
\tstatus: active
\tinet 10.3.0.1 netmask 0xffff0000 broadcast 10.3.255.255
Routing tables

Internet:
Destination        Gateway            Flags   Refs      Use   Mtu  Prio Iface
default            203.0.113.1        UGS        5     9034     -     8 em0
10.3/16            10.3.0.1           UCn        2      111     -     4 em1
10.3.0.1           00:0d:b9:12:34:57  UHLl       0      213     -     1 em1
127/8              127.0.0.1          UGRS       0        0 32768     8 lo0
203.0.113.0/27     203.0.113.7        UCn        1       55     -     4 em0
203.0.113.1        00:25:90:aa:bb:cc  UHLch      1       70     -     3 em0
""",
    "netbsd": """\
wm0: flags=0x8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> mtu 1500
\tcapabilities=0x2bf80<TSO4,IP4CSUM_Rx,IP4CSUM_Tx>
\tenabled=0
\tec_capabilities=0x7<VLAN_MTU,VLAN_HWTAGGING,JUMBO_MTU>
\taddress: 00:0c:29:11:22:33
\tmedia: Ethernet autoselect (1000baseT full-duplex)
\tstatus: active
\tinet 192.0.2.34/27 broadcast 192.0.2.63 flags 0
\tinet6 fe80::20c:29ff:fe11:2233%wm0/64 flags 0 scopeid 0x1
lo0: flags=0x8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 33624
\tinet 127.0.0.1/8 flags 0
\tinet6 ::1/128 flags 0x20<NODAD>
\tinet6 fe80::1%lo0/64 flags 0 scopeid 0x2
Routing tables

Internet:
Destination        Gateway            Flags    Refs      Use    Mtu Interface
default            192.0.2.33         UGS         -        -      -  wm0
127/8              127.0.0.1          UGRS        -        -  33624  lo0
127.0.0.1          lo0                UHl         -        -  33624  lo0
192.0.2.32/27      link#1             UC          -        -      -  wm0
192.0.2.34         link#1             UHl         -        -      -  lo0
""",
    "macos": """\
lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384
\toptions=1203<RXCSUM,TXCSUM,TXSTATUS,SW_TIMESTAMP>
\tinet 127.0.0.1 netmask 0xff000000
\tinet6 ::1 prefixlen 128
\tinet6 fe80::1%lo0 prefixlen 64 scopeid 0x1
\tnd6 options=201<PERFORMNUD,DAD>
en0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
\toptions=6463<RXCSUM,TXCSUM,TSO4,TSO6,CHANNEL_IO,PARTIAL_CSUM,ZEROINVERT_CSUM>
\tether a4:83:e7:01:02:03
\tinet6 fe80::48a:1:2:3%en0 prefixlen 64 secured scopeid 0xb
\tinet 192.168.7.31 netmask 0xffffff00 broadcast 192.168.7.255
\tinet6 2001:db8:7:7::31 prefixlen 64 autoconf secured
\tnd6 options=201<PERFORMNUD,DAD>
\tmedia: autoselect
\tstatus: active
Routing tables

Internet:
Destination        Gateway            Flags           Netif Expire
default            192.168.7.1        UGScg             en0
default            link#15            UCSIg         bridge1      !
127                127.0.0.1          UCS               lo0
127.0.0.1          127.0.0.1          UH                lo0
192.168.7          link#11            UCS               en0      !
192.168.7.1/32     link#11            UCS               en0      !
192.168.7.1        0:e0:b5:1:2:3      UHLWIir           en0   1196

Internet6:
Destination                             Gateway                                 Flags           Netif Expire
default                                 fe80::1%en0                             UGcg              en0
::1                                     ::1                                     UHL               lo0
2001:db8:7:7::/64                       link#11                                 UC                en0
""",
    "aix": """\
en0: flags=1e084863,480<UP,BROADCAST,NOTRAILERS,RUNNING,SIMPLEX,MULTICAST,GROUPRT,64BIT,CHECKSUM_OFFLOAD(ACTIVE),CHAIN>
        inet 10.40.1.136 netmask 0xffffff00 broadcast 10.40.1.255
         tcp_sendspace 262144 tcp_recvspace 262144 rfc1323 1
en1: flags=1e084863,480<UP,BROADCAST,NOTRAILERS,RUNNING,SIMPLEX,MULTICAST,GROUPRT,64BIT,CHECKSUM_OFFLOAD(ACTIVE),CHAIN>
        inet 10.40.2.136 netmask 0xfffffe00 broadcast 10.40.3.255
         tcp_sendspace 262144 tcp_recvspace 262144 rfc1323 1
lo0: flags=e08084b,c0<UP,BROADCAST,LOOPBACK,RUNNING,SIMPLEX,MULTICAST,GROUPRT,64BIT,LARGESEND,CHAIN>
        inet 127.0.0.1 netmask 0xff000000 broadcast 127.255.255.255
        inet6 ::1%1/0
         tcp_sendspace 131072 tcp_recvspace 131072 rfc1323 1
Routing tables
Destination        Gateway           Flags   Refs     Use  If   Exp  Groups

Route Tree for Protocol Family 2 (Internet):
default            10.40.1.1         UG        9   3953478 en0      -      -
10.40.1.0          10.40.1.136       UHSb      0         0 en0      -      -   =>
10.40.1/24         10.40.1.136       U         3    236661 en0      -      -
10.40.1.136        127.0.0.1         UGHS      6    245845 lo0      -      -
10.40.2/23         10.40.2.136       U         6    763824 en1      -      -
127/8              127.0.0.1         U        14    136830 lo0      -      -

Route Tree for Protocol Family 24 (Internet v6):
::1%1              ::1%1             UH        4     58350 lo0      -      -
""",
    "hpux": """\
Routing tables
Destination           Gateway            Flags   Refs Interface  Pmtu
127.0.0.1             127.0.0.1          UH        0  lo0        4136
10.50.4.56            10.50.4.56         UH        0  lan0       4136
10.50.4.32            10.50.4.56         U         3  lan0       1500
127.0.0.0             127.0.0.1          U         0  lo0           0
default               10.50.4.33         UG        0  lan0          0
""",
    "hpux-v": """\
Routing tables
Dest/Netmask                    Gateway            Flags   Refs Interface  Pmtu
127.0.0.1/255.255.255.255       127.0.0.1          UH        0  lo0        4136
10.50.4.56/255.255.255.255      10.50.4.56         UH        0  lan0       4136
10.50.4.32/255.255.255.224      10.50.4.56         U         3  lan0       1500
10.60.0.0/255.255.0.0           10.50.4.34         UG        0  lan0       1500
127.0.0.0/255.0.0.0             127.0.0.1          U         0  lo0           0
default/0.0.0.0                 10.50.4.33         UG        0  lan0          0
""",
    "solaris": """\
lo0: flags=2001000849<UP,LOOPBACK,RUNNING,MULTICAST,IPv4,VIRTUAL> mtu 8232 index 1
\tinet 127.0.0.1 netmask ff000000
net0: flags=100001000843<UP,BROADCAST,RUNNING,MULTICAST,IPv4,PHYSRUNNING> mtu 1500 index 2
\tinet 198.51.100.20 netmask ffffff00 broadcast 198.51.100.255
\tether 0:14:4f:1:2:3
net0:1: flags=100001000843<UP,BROADCAST,RUNNING,MULTICAST,IPv4,PHYSRUNNING> mtu 1500 index 2
\tinet 198.51.100.21 netmask ffffff00 broadcast 198.51.100.255
net1: flags=100001000843<UP,BROADCAST,RUNNING,MULTICAST,IPv4,PHYSRUNNING> mtu 1500 index 3
\tinet 10.60.0.20 netmask fffffc00 broadcast 10.60.3.255
\tether 0:14:4f:1:2:4

Routing Table: IPv4
  Destination           Gateway           Flags  Ref     Use     Interface
-------------------- -------------------- ----- ----- ---------- ---------
default              198.51.100.1         UG        7      90412
10.60.0.0            10.60.0.20           U         4       1140 net1
127.0.0.1            127.0.0.1            UH        2         36 lo0
198.51.100.0         198.51.100.20        U         3        814 net0

Routing Table: IPv6
  Destination/Mask            Gateway                   Flags Ref   Use    If
--------------------------- --------------------------- ----- --- ------- -----
::1                         ::1                         UH      2      36 lo0
2001:db8:60::/64            2001:db8:60::20             U       3     271 net0
default                     fe80::1                     UG      2      15 net0
""",
    "solaris-v": """\
IRE Table: IPv4
  Destination             Mask           Gateway          Device  MTU  Ref Flg  Out  In/Fwd
-------------------- --------------- -------------------- ------ ----- --- --- ----- ------
default              0.0.0.0         198.51.100.1                    0   5 UG  56664      0
10.60.0.0            255.255.252.0   10.60.0.20           net1    1500   3 U     218      0
127.0.0.1            255.255.255.255 127.0.0.1            lo0     8232   2 UH    313    313
198.51.100.0         255.255.255.0   198.51.100.20        net0    1500   3 U     281      0

IRE Table: IPv6
  Destination/Mask            Gateway                    If    MTU  Ref Flags  Out   In/Fwd
--------------------------- --------------------------- ----- ----- --- ----- ------ ------
::1                         ::1                         lo0    8252   2 UH       113    113
fe80::/10                   fe80::214:4fff:fe01:203     net0   1500   2 U          0      0
""",
    "tru64": """\
Routing tables
Destination      Gateway            Flags     Refs     Use  Interface

Route Tree for Protocol Family 26:

Route Tree for Protocol Family 2:
default          10.70.3.1          UGS         1   902602  tu0
10.70.3/24       10.70.3.71         U          12  3966218  tu0
10.70.3.71       10.70.3.71         UHL         1     4201  tu0
127.0.0.1        127.0.0.1          UHL         5   223150  lo0
""",
    "linux-ifconfig-old": """\
eth0      Link encap:Ethernet  HWaddr 00:0c:29:56:82:ed
          inet addr:192.0.2.129  Bcast:192.0.2.255  Mask:255.255.255.128
          inet6 addr: fe80::20c:29ff:fe56:82ed/64 Scope:Link
          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1
          RX packets:36 errors:0 dropped:0 overruns:0 frame:0
          TX packets:152 errors:0 dropped:0 overruns:0 carrier:0
          collisions:0 txqueuelen:1000
          RX bytes:5602 (5.6 KB)  TX bytes:13935 (13.9 KB)

eth0:1    Link encap:Ethernet  HWaddr 00:0c:29:56:82:ed
          inet addr:192.0.2.130  Bcast:192.0.2.255  Mask:255.255.255.128
          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1

ppp0      Link encap:Point-to-Point Protocol
          inet addr:10.9.0.5  P-t-P:10.9.0.1  Mask:255.255.255.255
          UP POINTOPOINT RUNNING NOARP MULTICAST  MTU:1492  Metric:1

lo        Link encap:Local Loopback
          inet addr:127.0.0.1  Mask:255.0.0.0
          inet6 addr: ::1/128 Scope:Host
          UP LOOPBACK RUNNING  MTU:65536  Metric:1
""",
    "linux-ifconfig-new": """\
eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
        inet 192.0.2.137  netmask 255.255.255.192  broadcast 192.0.2.191
        inet6 fe80::20c:29ff:feb2:4e08  prefixlen 64  scopeid 0x20<link>
        ether 00:0c:29:b2:4e:08  txqueuelen 1000  (Ethernet)
        RX packets 8061  bytes 1514413 (1.4 MiB)
        RX errors 0  dropped 0  overruns 0  frame 0
        TX packets 4502  bytes 866622 (846.3 KiB)
        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0

tun0: flags=4305<UP,POINTOPOINT,RUNNING,NOARP,MULTICAST>  mtu 1500
        inet 10.8.0.6  netmask 255.255.255.255  destination 10.8.0.5
        unspec 00-00-00-00-00-00-00-00-00-00-00-00-00-00-00-00  txqueuelen 100  (UNSPEC)
        RX packets 3  bytes 252 (252.0 B)

lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536
        inet 127.0.0.1  netmask 255.0.0.0
        inet6 ::1  prefixlen 128  scopeid 0x10<host>
        loop  txqueuelen 1000  (Local Loopback)
        RX packets 73  bytes 6009 (5.8 KiB)
""",
    "linux-route": """\
Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
0.0.0.0         192.0.2.1       0.0.0.0         UG    100    0        0 eth0
10.2.0.0        10.1.1.1        255.255.0.0     UG    0      0        0 eth1
10.3.0.0        -               255.255.0.0     !     0      -        0 -
10.1.1.0        0.0.0.0         255.255.255.0   U     101    0        0 eth1
192.0.2.0       0.0.0.0         255.255.255.128 U     100    0        0 eth0
""",
    "linux-netstat": """\
Kernel IP routing table
Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface
0.0.0.0         192.0.2.1       0.0.0.0         UG        0 0          0 eth0
10.2.0.0        10.1.1.1        255.255.0.0     UG        0 0          0 eth1
10.3.0.0        -               255.255.0.0     !         - -          - -
10.1.1.0        0.0.0.0         255.255.255.0   U         0 0          0 eth1
""",
    "linux-route-6": """\
Kernel IPv6 routing table
Destination                    Next Hop                   Flag Met Ref Use If
2001:db8:1::/64                ::                         U    100 1     45 eth0
2001:db8:8000::/33             2001:db8:1::1              UG   200 0      0 eth0
fe80::/64                      ::                         U    256 0      4 eth0
::/0                           fe80::1                    UG   100 1      4 eth0
::1/128                        ::                         Un   0   2     30 lo
::/0                           ::                         !n   -1  1     86 lo
""",
    "linux-ip-addr": """\
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
    inet6 ::1/128 scope host
       valid_lft forever preferred_lft forever
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000
    link/ether 00:0c:29:b2:4e:08 brd ff:ff:ff:ff:ff:ff
    inet 192.0.2.137/26 brd 192.0.2.191 scope global dynamic noprefixroute eth0
       valid_lft 86000sec preferred_lft 86000sec
    inet 192.0.2.140/26 brd 192.0.2.191 scope global secondary eth0
       valid_lft forever preferred_lft forever
    inet6 2001:db8:1::137/64 scope global
       valid_lft forever preferred_lft forever
    inet6 fe80::20c:29ff:feb2:4e08/64 scope link
       valid_lft forever preferred_lft forever
""",
    "linux-ip-o-addr": """\
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: eth0    inet 192.0.2.137/26 brd 192.0.2.191 scope global eth0\\       valid_lft forever preferred_lft forever
2: eth0    inet6 2001:db8:1::137/64 scope global \\       valid_lft forever preferred_lft forever
2: eth0    inet6 fe80::20c:29ff:feb2:4e08/64 scope link \\       valid_lft forever preferred_lft forever
""",
    "linux-ip-br-addr": """\
lo               UNKNOWN        127.0.0.1/8 ::1/128
eth0             UP             192.0.2.137/26 192.0.2.140/26 2001:db8:1::137/64 fe80::20c:29ff:feb2:4e08/64
eth1@if7         UP             10.1.1.9/24
""",
    "linux-ip-route": """\
default via 192.0.2.190 dev eth0 proto dhcp src 192.0.2.137 metric 100
10.2.0.0/16 via 10.1.1.1 dev eth1
unreachable 10.3.0.0/16
10.1.1.0/24 dev eth1 proto kernel scope link src 10.1.1.9
192.0.2.128/26 dev eth0 proto kernel scope link src 192.0.2.137 metric 100
203.0.113.0/24 proto static
\tnexthop via 192.0.2.189 dev eth0 weight 1
\tnexthop via 10.1.1.2 dev eth1 weight 1
""",
    "linux-ip-rule": """\
0:\tfrom all lookup local
1000:\tfrom 192.0.2.137 lookup 100
1001:\tfrom all to 203.0.113.0/24 fwmark 0x7 lookup 101
32766:\tfrom all lookup main
32767:\tfrom all lookup default
""",
    "linux-proc": """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth1\t0001010A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth1\t0000020A\t0101010A\t0003\t0\t0\t20\t0000FFFF\t0\t0\t0
""",
    "windows-route": """\
===========================================================================
Interface List
 12...00 15 5d 0a 0b 0c ......Hyper-V Virtual Ethernet Adapter
  7...00 50 56 80 00 01 ......Intel(R) 82574L Gigabit Network Connection
  1...........................Software Loopback Interface 1
===========================================================================

IPv4 Route Table
===========================================================================
Active Routes:
Network Destination        Netmask          Gateway       Interface  Metric
          0.0.0.0          0.0.0.0        192.0.2.1       192.0.2.31     25
         10.2.0.0      255.255.0.0        192.0.2.2       192.0.2.31     26
        127.0.0.0        255.0.0.0         On-link         127.0.0.1    331
        127.0.0.1  255.255.255.255         On-link         127.0.0.1    331
        192.0.2.0  255.255.255.128         On-link        192.0.2.31    281
       192.0.2.31  255.255.255.255         On-link        192.0.2.31    281
===========================================================================
Persistent Routes:
  Network Address          Netmask  Gateway Address  Metric
         10.9.0.0      255.255.0.0        192.0.2.9       1
===========================================================================

IPv6 Route Table
===========================================================================
Active Routes:
 If Metric Network Destination      Gateway
  7    281 ::/0                     fe80::1
  1    331 ::1/128                  On-link
  7    281 2001:db8:1::/64          On-link
  7    281 fe80::20c:29ff:feb2:4e08/128
                                    On-link
===========================================================================
Persistent Routes:
  None
""",
    "windows-ipconfig": """\

Windows IP Configuration

   Host Name . . . . . . . . . . . . : DESK
   Primary Dns Suffix  . . . . . . . :
   Node Type . . . . . . . . . . . . : Hybrid

Ethernet adapter Ethernet 2:

   Connection-specific DNS Suffix  . : example.com
   Description . . . . . . . . . . . : Intel(R) 82574L Gigabit Network Connection
   Physical Address. . . . . . . . . : 00-50-56-80-00-01
   DHCP Enabled. . . . . . . . . . . : Yes
   IPv6 Address. . . . . . . . . . . : 2001:db8:1::31(Preferred)
   Link-local IPv6 Address . . . . . : fe80::20c:29ff:feb2:4e08%7(Preferred)
   IPv4 Address. . . . . . . . . . . : 192.0.2.31(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.255.128
   IPv4 Address. . . . . . . . . . . : 192.0.2.32(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.255.128
   Default Gateway . . . . . . . . . : fe80::1%7
                                       192.0.2.1
   DNS Servers . . . . . . . . . . . : 192.0.2.53

Wireless LAN adapter Wi-Fi:

   Connection-specific DNS Suffix  . :
   Physical Address. . . . . . . . . : 00-50-56-80-00-02
   IPv4 Address. . . . . . . . . . . : 10.1.1.31(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.255.0
   Default Gateway . . . . . . . . . :
""",
    "windows-get-netroute": """\
ifIndex DestinationPrefix                              NextHop                                  RouteMetric ifMetric PolicyStore
------- -----------------                              -------                                  ----------- -------- -----------
7       192.0.2.31/32                                  0.0.0.0                                          256 25       ActiveStore
7       192.0.2.0/25                                   0.0.0.0                                          256 25       ActiveStore
7       10.2.0.0/16                                    192.0.2.2                                          1 25       ActiveStore
7       0.0.0.0/0                                      192.0.2.1                                          0 25       ActiveStore
""",  # noqa: E501
}
Mutation = Callable[[str, int, int], str]
JUNK = ("junk", "junk words", "# see above", "<-- this one", "???", "(sic)", "12")
WORD = re.compile(r"\S+")


def facts_of(text: str) -> Iterator[tuple[tuple[Any, ...], bool]]:
    """Yield what the text says, without lines, and whether its line is only partly understood."""
    hosts = read(decode(text.encode()), "", Host("a"))
    assert all(sum(host.counts().values()) == sum(len(paste.lines) for paste in host.pastes) for host in hosts)
    for host in hosts:
        for card in host.cards.values():
            for own in card.addresses:
                kept = (card.name, own.address, own.length, own.peer, frozenset(own.flags))
                yield ("own", *kept), host.doubtful(own.line)
        for row in host.rows:
            way = row.way
            kept2 = (way.family, row.name, row.network, row.length, way.gateway, way.interface, way.kind)
            fact = ("row", *kept2, way.source, way.local, way.metric, way.table, way.hops)
            yield fact, host.doubtful(row.line)
        for rule in host.rules:
            yield ("rule", rule.rule, rule.table), host.doubtful(rule.line)


def _cut(text: str, a: int, b: int) -> str:
    return text[: 1 + a % (len(text) - 1)]


def _on_line(change: Callable[[str, int], tuple[str, ...]]) -> Mutation:
    """Return a mutation of a text from one of a line."""

    def mutation(text: str, a: int, b: int) -> str:
        lines = text[:-1].split("\n")
        at = a % len(lines)
        return "\n".join((*lines[:at], *change(lines[at], b), *lines[at + 1 :])) + "\n"

    return mutation


def _word(line: str, b: int) -> tuple[str, ...]:
    """Delete a word; its blanks stay or go."""
    words = list(WORD.finditer(line))
    if not words:
        return (line,)
    start, end = words[(b // 2) % len(words)].span()
    return (line[:start] + line[end:].lstrip() if b % 2 else line[:start] + line[end:],)


def _swap(line: str, b: int) -> tuple[str, ...]:
    words = list(WORD.finditer(line))
    if len(words) < 2:
        return (line,)
    one, two = words[b % (len(words) - 1)], words[b % (len(words) - 1) + 1]
    return (f"{line[: one.start()]}{two[0]}{line[one.end() : two.start()]}{one[0]}{line[two.end() :]}",)


def _wrap(line: str, b: int) -> tuple[str, ...]:
    words = list(WORD.finditer(line))
    if len(words) < 2:
        return (line,)
    at = words[1 + b % (len(words) - 1)].start()
    return line[:at].rstrip(), line[at:]


def _join(text: str, a: int, b: int) -> str:
    lines = text[:-1].split("\n")
    at = a % (len(lines) - 1)
    joined = f"{lines[at]} {lines[at + 1].lstrip() if b % 2 else lines[at + 1]}"
    return "\n".join((*lines[:at], joined, *lines[at + 2 :])) + "\n"


def _collapse(text: str, a: int, b: int) -> str:
    return re.sub(r"(?<=\S)[ \t]+" if b % 2 else r"[ \t]+", " ", text)


MUTATIONS: dict[str, Mutation] = {
    "cut": _cut,
    "word": _on_line(_word),
    "swap": _on_line(_swap),
    "wrap": _on_line(_wrap),
    "join": _join,
    "collapse": _collapse,
    "line": _on_line(lambda line, b: ()),
    "junk": _on_line(lambda line, b: (f"{line} {JUNK[b % len(JUNK)]}",)),
}


# What nothing in the text tells, because another text of that system looks exactly like it.
STATES = frozenset({"autoconf", "secured", "secondary", "dynamic", "noprefixroute", "temporary", "deprecated"})
NO_LENGTHS = frozenset(
    {"aix", "freebsd-netstat", "freebsd-netstat-old", "hpux", "macos", "openbsd", "solaris", "tru64"}
)
ADDRESS = re.compile(r"\d+(?:\.\d+){3}\Z|(?=.*:)[0-9a-f:]+(?:%\w+)?\Z")
COUNT = re.compile(r"-?\d+\*?\Z|-\Z")


def excluded(name: str, kind: str, whole: str, a: int, b: int) -> bool:
    """Return whether nothing in the text can tell of that mutation."""
    lines = whole[:-1].split("\n")
    words = lines[a % len(lines)].split()
    if name == "windows-ipconfig" and kind in ("word", "swap", "wrap") and words and words[-1].endswith(":"):
        return True  # a word of an adapter's name: the adapter has another name, its addresses are the same
    if kind not in ("word", "swap") or not words:
        return False
    at = (b // 2) % len(words) if kind == "word" else b % max(len(words) - 1, 1)
    hit = words[at : at + 1 + (kind == "swap")]
    if name == "linux-ip-br-addr" and all("/" in word for word in hit):
        return True  # which address is secondary follows from their order alone
    if kind == "word":
        return STATES.issuperset(hit)  # a state that an address may have
    # Two numbers are a metric and a count. Where a row shows no length, its destination and its gateway look alike.
    return all(map(COUNT.match, hit)) or (name in NO_LENGTHS and all(map(ADDRESS.match, hit)))


def changed(whole: str, damaged: str) -> list[tuple[Any, ...]]:
    """Return the facts that only the damaged text has and for which no line says that they are doubtful."""
    known = {fact for fact, _ in facts_of(whole)}
    return [fact for fact, doubtful in facts_of(damaged) if fact not in known and not doubtful]


@pytest.mark.parametrize("name", TABLES)
def test_a_whole_table_is_read_without_doubt(name: str) -> None:
    facts = list(facts_of(TABLES[name]))
    assert facts
    assert not any(doubtful for _, doubtful in facts)


@settings(max_examples=EXAMPLES, deadline=None, derandomize="STCP_SHELL_EXAMPLES" not in os.environ)
@given(st.sampled_from(sorted(TABLES)), st.sampled_from(sorted(MUTATIONS)), st.integers(0, 5000), st.integers(0, 5000))
def test_no_damage_changes_a_fact_in_silence(name: str, kind: str, a: int, b: int) -> None:
    damaged = MUTATIONS[kind](TABLES[name], a, b)
    if damaged.strip() and not excluded(name, kind, TABLES[name], a, b):
        assert changed(TABLES[name], damaged) == []
