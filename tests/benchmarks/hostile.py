"""Throws broken and hostile bytes at every reader: `python -m tests.benchmarks.hostile [--cases N] [--seed S] [--json]`.

Each case is a document of one of the forms that are read, changed at random: bytes flipped, cut, doubled, moved, other
encodings declared or used, marks and zeros put in, tags nested, attributes heaped, entities and includes declared. It must
give items or InvalidError within five seconds; nothing may open a file, resolve a name or connect. What an item gives is
understood too. Prints how many were read and refused, and the slowest; ends with 1 at the first case that does otherwise,
which it writes beside.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

LIMIT_S = 5.0
FORBIDDEN = ("open", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "subprocess.Popen", "os.system",
             "urllib.Request", "os.exec", "os.posix_spawn", "ftplib.connect")  # fmt: skip
touched: list[str] = []
watching = False

TEXT = "The council voted on Monday to cap rents; the mayor said she would sign."
ITEM = f"<item><title>Council &amp; rents</title><link>https://a.example/1</link><guid>1</guid><pubDate>Mon, 04 May 2026 09:00:00 GMT</pubDate><description>&lt;p&gt;{TEXT}&lt;/p&gt;</description></item>"
RSS = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>T</title>{ITEM}<item><title>é 漢字</title><content:encoded><![CDATA[<p>{TEXT}</p>]]></content:encoded></item></channel></rss>'
RDF = f'<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel/><item rdf:about="https://a.example/1"><title>T</title><description>{TEXT}</description></item></rdf:RDF>'
ATOM = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>urn:1</id><title type="html">&lt;b&gt;T</title><link href="/1"/><updated>2026-05-04T09:00:00Z</updated><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{TEXT}</p></div></content></entry></feed>'
ATOM_03 = f'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>T</title><issued>2026-05-04T09:00:00Z</issued><content mode="escaped">{TEXT}</content></entry></feed>'
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "T",
        "items": [{"id": 1, "content_html": f"<p>{TEXT}</p>"}],
    }
)
NINJS = json.dumps(
    {"uri": "urn:1", "headline": "T", "body_xhtml": f"<p>{TEXT}</p>", "versioncreated": "2026-05-04T09:00:00Z"}
)
SITEMAP = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://a.example/1</loc><news:news><news:title>{TEXT}</news:title><news:publication_date>2026-05-04</news:publication_date></news:news></url></urlset>'
NITF = f"<nitf><head/><body><body.head><hedline><hl1>T</hl1></hedline></body.head><body.content><p>{TEXT}</p></body.content></body></nitf>"
NEWSML = f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:1" standard="NewsML-G2" standardversion="2.30"><itemMeta><itemClass qcode="ninat:text"/><provider literal="x"/><versionCreated>2026-05-04T10:00:00Z</versionCreated></itemMeta><contentSet><inlineXML>{NITF}</inlineXML></contentSet></newsItem>'
PAGE = f"<!doctype html><html><head><title>T</title></head><body><article><h1>T</h1><p>{TEXT}</p><p>READ MORE: x</p><p>{TEXT}</p></article></body></html>"
MAIL = f"From: News <news@a.example>\r\nTo: b@c.example\r\nSubject: =?utf-8?q?T=C3=A9?=\r\nMessage-ID: <1@a.example>\r\nDate: Mon, 04 May 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n{TEXT}\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>{TEXT}</p>\r\n--x--\r\n"
PLAIN = f"Council caps rents\n\nOAKTON (AP) — {TEXT}\n\nREAD MORE: Fire in Lodi\n\n{TEXT}\n"
OPML = '<opml version="2.0"><head/><body><outline text="A"><outline type="rss" text="B" xmlUrl="https://a.example/f"/></outline></body></opml>'
SEEDS = [RSS, RDF, ATOM, ATOM_03, JSON_FEED, NINJS, SITEMAP, NITF, NEWSML, PAGE, MAIL, PLAIN, OPML]
WEDGES = [
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1f\x8b", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"&#0;", b"&#xFFFFFFFF;",
    b"&xxe;", b"<?xml-stylesheet href='file:///etc/passwd'?>", b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">',
    b'<!DOCTYPE a [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>', b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
    b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>', b"\\ud800", b"1e999", b"[[[[[[[[", b"{{",
    b"<img src=http://127.0.0.1:9/x>", b"<iframe src=file:///etc/passwd>", b"<base href=//evil.example>", b"<title>", b"</p></p>",
    b"\xe2\x80\xae", b"=?utf-8?q?=00?=", b"\r", b"\x0b\x0c", b"a" * 2000, b" " * 2000, b"<" * 500, b"&" * 500, b"'\"",
]  # fmt: skip
ENCODINGS = (
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-7",
    "cp1252",
    "shift_jis",
    "iso-8859-1",
    "utf-8-sig",
    "cp037",
    "hz",
)


def main() -> int:
    """Throw the cases and say what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    sys.addaudithook(_watch)
    chance = random.Random(given.seed)
    counts, slowest = {"read": 0, "refused": 0, "items": 0}, (0.0, "")
    _try(PAGE.encode())  # what is imported late is imported now
    for number in range(given.cases):
        data, how = changed(chance)
        began = time.process_time()
        fault = ""
        try:
            items = _try(data)
            counts["read"] += items >= 0
            counts["refused"] += items < 0
            counts["items"] += max(0, items)
        except Exception:
            fault = traceback.format_exc()
        took = time.process_time() - began
        slowest = max(slowest, (took, f"{number}: {how}"))
        if fault or touched or took > LIMIT_S:
            Path(f"hostile-{given.seed}-{number}.bin").write_bytes(data)
            print(
                f"case {number} of seed {given.seed} ({how}), {took:.2f} s, touched {touched}\n{fault}", file=sys.stderr
            )
            return 1
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    result = {
        "commit": commit,
        "seed": given.seed,
        "cases": given.cases,
        **counts,
        "slowest_s": round(slowest[0], 2),
        "slowest": slowest[1],
    }
    print(json.dumps(result) if given.json else "\n".join(f"{name:10} {value}" for name, value in result.items()))
    return 0


def _try(data: bytes) -> int:
    """Read bytes and understand what came; give how many items, -1 for a refusal."""
    global watching  # noqa: PLW0603  # an audit hook can never be taken off again
    from services.articles.read import understand
    from services.articles.sniff import read_any
    from services.errors import InvalidError

    watching = True
    try:
        items = read_any(data, name="case")
        for item in items[:50]:
            try:
                understand(item)
            except InvalidError:
                continue
        return len(items)
    except InvalidError:
        return -1
    finally:
        watching = False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if watching and event in FORBIDDEN:
        name = str(arguments[0]) if arguments else ""
        if event != "open" or not (
            name.endswith((".py", ".pyc", ".so")) or "site-packages" in name or "/lib/python" in name
        ):
            touched.append(f"{event} {name}")


def changed(chance: random.Random, forms: Sequence[int] = range(len(SEEDS))) -> tuple[bytes, str]:
    """Give a document of one of the forms, by their numbers in `SEEDS`, with one to four changes, and their names."""
    seed = chance.choice(forms)
    data, names = SEEDS[seed].encode(), [str(seed)]
    for _ in range(chance.randint(1, 4)):
        name = chance.choice(list(CHANGES))
        data = CHANGES[name](data, chance)[: 3 * 1024 * 1024]
        names.append(name)
    return data, " ".join(names)


def _flip(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.randint(1, 20)):
        if out:
            out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def _cut(data: bytes, chance: random.Random) -> bytes:
    low, high = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
    return data[:low] + data[high:] if chance.random() < 0.5 else data[:high]


def _double(data: bytes, chance: random.Random) -> bytes:
    low, high = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
    return data[:high] + data[low:high] * chance.choice((1, 2, 10, 300)) + data[high:]


def _wedge(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 5)):
        at = chance.choice((0, chance.randrange(len(data) + 1), len(data)))
        data = data[:at] + chance.choice(WEDGES) + data[at:]
    return data


def _encode(data: bytes, chance: random.Random) -> bytes:
    return data.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")


def _declare(data: bytes, chance: random.Random) -> bytes:
    named = chance.choice((*ENCODINGS, "nonsense", "x" * 300, "idna", "rot13", "base64")).encode()
    return b'<?xml version="1.0" encoding="' + named + b'"?>' + data.split(b"?>", 1)[-1]


def _nest(data: bytes, chance: random.Random) -> bytes:
    many = chance.choice((50, 300, 3_000, 60_000))
    tag = chance.choice((b"div", b"a", b"item", b"b", b"outline", b"table", b"blockquote", b"related"))
    at = chance.randrange(len(data) + 1)
    close = b"</" + tag + b">" if chance.random() < 0.7 else b""
    return data[:at] + (b"<" + tag + b">") * many + b"x" + close * many + data[at:]


def _heap(data: bytes, chance: random.Random) -> bytes:
    many = chance.choice((50, 400, 20_000))
    attributes = b" ".join(b"a%d='%d'" % (n, n) for n in range(many))
    at = data.find(b">", chance.randrange(len(data) + 1))
    return data if at < 0 else data[:at] + b" " + attributes + data[at:]


def _swell(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    unit = chance.choice(
        (
            b"x",
            b" ",
            b"<p>y",
            b"\n",
            b"&amp;",
            b"(",
            b"\xe6\xbc\xa2",
            b"a. ",
            b"READ MORE: ",
            b"By Ann Roe and ",
            b"=\r\n",
        )
    )
    return data[:at] + unit * chance.choice((1_000, 50_000, 300_000)) + data[at:]


def _braces(data: bytes, chance: random.Random) -> bytes:
    many = chance.choice((30, 500, 50_000))
    return chance.choice((b"[" * many, b'{"a":' * many, b"[" * many + data + b"]" * many, data + b"}" * many))


CHANGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "flip": _flip, "cut": _cut, "double": _double, "wedge": _wedge, "encode": _encode, "declare": _declare, "nest": _nest,
    "heap": _heap, "swell": _swell, "braces": _braces,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
