"""Spellings under which an address inside has slipped past other guards, each of them a whole URL or host.

Made from addresses and ways of writing them, so that every way is tried with every address. What a spelling means is
for the reader of URLs and the look-up to say; the tests only watch where a connection would go.
"""

from __future__ import annotations

import ipaddress
import socket

PUBLIC = "93.184.215.14"
INSIDE_V4 = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.5.4", "172.31.255.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "198.18.0.1", "192.0.0.192", "240.0.0.1", "224.0.0.1", "255.255.255.255",
)  # fmt: skip
INSIDE_V6 = (
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "100::1",
    "3fff::1",
)
NAMES = {
    "localhost": "127.0.0.1", "localhost.localdomain": "127.0.0.1", "ip6-localhost": "::1", "inside.example": "10.0.0.1",
    "metadata.google.internal": "169.254.169.254", "metadata.example": "fd00:ec2::254", "mapped.example": "::ffff:10.0.0.1",
    "six.example": "2002:a00:1::", "nat.example": "64:ff9b::a00:1", "local-nat.example": "64:ff9b:1::a00:1",
    "teredo.example": "2001:0:a00:1::1", "compatible.example": "::a00:1", "isatap.example": "2606:4700::5efe:a00:1",
    "relay.example": "192.88.99.1", "scoped.example": "fe80::1%eth0", "cgnat.example": "100.127.255.254",
}  # fmt: skip
_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
_CIRCLED = str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨")


def hosts() -> list[str]:
    """Give every spelling of every address inside, as a host."""
    found = [spelling for address in INSIDE_V4 for spelling in _v4(address)]
    found += [spelling for address in INSIDE_V6 for spelling in _v6(address)]
    found += [spelling for name in NAMES for spelling in (name, f"{name}.", name.upper(), name.title())]
    return list(dict.fromkeys(found))


def _v4(address: str) -> list[str]:
    parts = [int(part) for part in address.split(".")]
    number = int(ipaddress.IPv4Address(address))
    a, b, c, d = parts
    return [
        address, f"{address}.", str(number), hex(number), f"0x{number:X}", f"0{number:o}", f"{a}.{(b << 16) + (c << 8) + d}",
        f"{a}.{b}.{(c << 8) + d}", ".".join(map(hex, parts)), ".".join(f"0{part:o}" for part in parts),
        f"{hex(a)}.{b}.{c}.0{d:o}", ".".join(f"{part:03d}" for part in parts), ".".join(f"0x{part:08x}" for part in parts),
        ".".join(f"{part:010o}" for part in parts), address.translate(_FULL_WIDTH), address.translate(_CIRCLED),
        address.replace(".", "。"), address.replace(".", "．"), address.replace(".", "%2e"), f"[::ffff:{address}]",
        f"[::ffff:{a:02x}{b:02x}:{c:02x}{d:02x}]", f"[::{address}]", f"[64:ff9b::{address}]", f"[64:ff9b:1::{address}]",
        f"[2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1]", f"[::ffff:0:{address}]", f"[2001:0:{a:02x}{b:02x}:{c:02x}{d:02x}::]",
        f"[fe80::5efe:{address}]", f"[2606:4700::5efe:{address}]", f"[2606:4700::200:5efe:{address}]",
        f"{address}.nip.example",
    ]  # fmt: skip


def _v6(address: str) -> list[str]:
    long = ipaddress.IPv6Address(address).exploded
    return [
        f"[{address}]",
        f"[{long}]",
        f"[{address.upper()}]",
        f"[{long.upper()}]",
        f"[{address}%25lo]",
        f"[{address}%lo]",
    ]


def urls() -> list[str]:
    """Give whole addresses: every host plainly, and some hosts in every disguise that parsers have disagreed about."""
    found = [f"http://{host}/" for host in hosts()]
    for inside in ("127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.1", "localhost"):
        found += [text.replace("INSIDE", inside) for text in _DISGUISES]
    return list(dict.fromkeys(found))


_DISGUISES = (
    "http://INSIDE\\@good.example/", "http://good.example\\@INSIDE/", "http://good.example@INSIDE/",
    "http://good.example:80@INSIDE/", "http://good.example#@INSIDE/", "http://good.example?@INSIDE/",
    "http://INSIDE#good.example", "http://INSIDE%00.good.example/", "http://good.example%00@INSIDE/",
    "http://INSIDE%09.good.example/", "http://IN\tSIDE/", "http://INSIDE\t/", "http://INSIDE\n/", "http://INSIDE\r/",
    "http:// INSIDE/", " http://INSIDE/", "http://INSIDE /", "http:INSIDE", "http:/INSIDE/", "http:///INSIDE/",
    "http:\\\\INSIDE\\", "http://INSIDE\\.good.example/", "http://good.example\\INSIDE", "//INSIDE/", "\\\\INSIDE\\",
    "HTTP://INSIDE/", "https://INSIDE/", "http://INSIDE:80/", "http://INSIDE:8080/", "http://INSIDE:443/", "http://INSIDE:/",
    "http://INSIDE:0/", "http://INSIDE:65536/", "http://INSIDE:22/", "http://INSIDE:6379/", "http://INSIDE:00080/",
    "http://user:pass@INSIDE/", "http://user@INSIDE:8080/", "http://@INSIDE/", "http://:@INSIDE/", "http://a@b@INSIDE/",
    "http://INSIDE@@good.example@INSIDE/", "http://INSIDE;good.example/", "http://INSIDE,good.example/",
    "http://[INSIDE]/", "http://good.example:80:INSIDE/", "http://INSIDE%23@good.example@INSIDE/",
    "http://INSIDE&@good.example#@INSIDE/", "http://xn--INSIDE/", "http://INSIDE\u00ad/", "http://INSIDE\u200b/",
    "http://\u202eINSIDE/", "http://INSIDE\u3002/", "file://INSIDE/etc/passwd", "gopher://INSIDE:6379/_PING", "ftp://INSIDE/",
    "dict://INSIDE:11211/", "ldap://INSIDE/", "tftp://INSIDE/", "unix:///INSIDE", "jar:http://INSIDE!/", "data:,INSIDE",
    "javascript://INSIDE/%0a", "netdoc://INSIDE/", "ws://INSIDE/", "http+unix://INSIDE/", "view-source:http://INSIDE/",
)  # fmt: skip


def look_up(host: str, port: int) -> list[str]:
    """Read numbers as the system does, and names from the table; anything else is public. Asks no name server."""
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [str(entry[4][0]) for entry in entries]
    except OSError:
        name = host.rstrip(".").lower()
        hidden = name.removesuffix(".nip.example")
        return [hidden if hidden != name else NAMES.get(name, PUBLIC)]
