"""Find what an XML text is by its root element, and parse it so that nothing in it is followed or swells.

No document type, entity, include or style sheet is ever read: a parser sees the text from its root element on. The old
document types that carry no entities of their own (RSS 0.91, NITF) are taken off unread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.entities import html5

from lxml import etree

from services.articles.html_blocks import without_laden_tags
from services.errors import InvalidError

_PROLOG = re.compile(r"(?:\s+|<\?[^>]{0,1000}\?>|<!--(?:(?!-->).){0,10000}-->)", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE\s+([\w:.-]{1,60})", re.IGNORECASE)
_QUOTED = r"(?:\"[^\"<>]{0,300}\"|'[^'<>]{0,300}')"
_BARE = re.compile(rf"<!DOCTYPE\s+[\w:.-]{{1,60}}(?:\s+(?:SYSTEM|PUBLIC)(?:\s*{_QUOTED}){{0,2}})?\s*>", re.IGNORECASE)
# The document types that are taken off: addresses of their own makers only, and nothing declared in place.
_KNOWN_TYPES = re.compile(
    r"<!DOCTYPE\s+(?:(?:rss|rdf:RDF)\s+"
    r"(?:SYSTEM\s+|PUBLIC\s+[\"']-//Netscape Communications//DTD RSS 0\.9\d*//EN[\"']\s*)"
    r"(?:[\"']http://(?:my\.netscape\.com/publish/formats|www\.rssboard\.org)/rss-0\.9\d*\.dtd[\"']\s*)?|"
    r"(?:nitf|newsItem|newsMessage)\s+(?:SYSTEM|PUBLIC\s+[\"'][^\"'<>\[]{0,120}[\"'])\s+"
    r"[\"'](?:https?://(?:www\.)?(?:nitf|iptc)\.org/[\w./-]{0,120}|[\w.-]{1,60}\.dtd)[\"']\s*)>",
    re.IGNORECASE,
)
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?([A-Za-z_][\w.-]{0,60})")
_XINCLUDE = re.compile(r"xmlns(?::\w+)?\s*=\s*[\"']https?://www\.w3\.org/2001/XInclude", re.IGNORECASE)
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]|"
    "&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));",
    re.IGNORECASE,
)
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_OWN_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))


@dataclass(frozen=True, slots=True)
class Root:
    """A root element: its name without prefix, in lower case, where it begins, and whether it may be parsed."""

    name: str
    at: int
    forbidden: bool = False


def find_root(text: str) -> Root | None:
    """Say what an XML text is; None for what is no XML. A text is forbidden for a document type or for includes."""
    at = _after_prolog(text, 0)
    kind = _DOCTYPE.match(text, at)
    if kind is not None:
        known = _KNOWN_TYPES.match(text, at)
        if known is None:
            bare = _BARE.match(text, at)
            behind = _ROOT.match(text, _after_prolog(text, bare.end())) if bare else None
            name = behind[1] if behind else kind[1].rpartition(":")[2]
            return Root(name.lower(), at, forbidden=True)
        at = _after_prolog(text, known.end())
    root = _ROOT.match(text, at)
    if root is None:
        return None
    return Root(root[1].lower(), at, forbidden=_XINCLUDE.search(text, at) is not None)


def from_root(text: str, root: Root, what: str) -> str:
    """Give the text from its root on, without what could harm a parser; InvalidError for what is forbidden."""
    if root.forbidden:
        raise InvalidError(
            f"{what} brings a document type, entities or includes, which are never read (xml_forbidden)",
            position=root.at + 1,
            advice="Ask the source for it without <!DOCTYPE …>",
        )
    return without_laden_tags(_NAMED.sub(_character, _CONTROL.sub("", text[root.at :])))


def parse_xml(text: str, root: Root, what: str, *, forgiving: bool = False) -> etree._Element:
    """Parse an XML text whose root was found; InvalidError says where it is not well-formed, unless forgiven."""
    body = b'<?xml version="1.0" encoding="utf-8"?>' + from_root(text, root, what).encode()
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True,
        recover=forgiving, collect_ids=False,
    )  # fmt: skip
    try:
        tree = etree.fromstring(body, parser=parser)
    except etree.XMLSyntaxError as error:
        raise InvalidError(f"{what} is not well-formed XML: {error.msg}") from error
    if tree is None:
        raise InvalidError(f"{what} is not well-formed XML")
    return tree


def local(element: etree._Element) -> str:
    """Give an element's name without its namespace; "" for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _after_prolog(text: str, at: int) -> int:
    while (match := _PROLOG.match(text, at)) is not None and match.end() > at:
        at = match.end()
    return at


def _character(named: re.Match[str]) -> str:
    """Pages' entities (&nbsp;) are not XML's; parsers would drop them."""
    if named[1] in _OWN_ENTITIES:
        return named[0]
    found = html5.get(named[1] + ";", named[0])
    return found if not set(found) & set("<>&\"'") else named[0]
