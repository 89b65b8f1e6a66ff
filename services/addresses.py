"""Addresses of hosts: looked up, connected to, and told apart into public and not."""

from __future__ import annotations

import ipaddress
import socket
import threading

from services.errors import OutsideError

LOOK_UP_S = 10.0

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

_V6_PUBLIC = ipaddress.IPv6Network("2000::/3")
_V6_EXAMPLES = ipaddress.IPv6Network("3fff::/20")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_V4_RELAY = ipaddress.IPv4Network("192.88.99.0/24")
_ISATAP = (0x00005EFE, 0x02005EFE)


def system_look_up(host: str, port: int) -> list[str]:
    """Ask the system for a host's addresses; it reads decimal, octal and short forms of addresses too.

    The system's resolver has no deadline, so it is asked in a thread that is left behind after 10 seconds.
    """
    found: list[str] | Exception = OutsideError(f"Looking up {host} took too long", code="timeout")

    def ask() -> None:
        nonlocal found
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, UnicodeError, ValueError) as error:
            found = error

    asking = threading.Thread(target=ask, name="look-up", daemon=True)
    asking.start()
    asking.join(LOOK_UP_S)
    if isinstance(found, OutsideError):
        raise found
    if isinstance(found, Exception):
        raise OutsideError(f"No host is called {host}", code="dns") from found
    return found


def system_dial(address: str, port: int, timeout_s: float) -> socket.socket:
    """Connect to an address that was checked."""
    sock = socket.create_connection((address, port), timeout_s)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def read_ip(address: str) -> Ip:
    """Read an address; the name of a network card after `%` is left out."""
    return ipaddress.ip_address(address.partition("%")[0])


def is_public(address: str) -> bool:
    """Say whether an address is on the public internet, also when an IPv4 address hides in an IPv6 one."""
    ip = inner(read_ip(address))
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in _V6_PUBLIC and ip.is_global and ip not in _V6_EXAMPLES
    return ip.is_global and not ip.is_multicast and ip not in _V4_RELAY


def inner(ip: Ip) -> Ip:
    """Take the IPv4 address out of its mapped, 6to4, NAT64 or ISATAP form."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64 or (int(ip) >> 32) & 0xFFFFFFFF in _ISATAP:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
