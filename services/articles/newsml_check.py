"""Say why a NewsML-G2 item is not as the standard has it (https://iptc.org/standards/newsml-g2/).

What is checked is what receivers rely on: the item's identity and version, its management metadata, catalogs before
version 2.30, well-formed addresses, details that hold only what they may, and how deep relations are nested.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from services.articles.dates import read_date
from services.articles.prolog import local
from services.errors import InvalidError

NAMESPACE = "http://iptc.org/std/nar/2006-10-01/"
ITEMS = ("newsItem", "packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem")
_BROKEN_IRI = re.compile(r"%(?![0-9A-Fa-f]{2})|[<>\"{}|\\^`\n\t]")
_VERSION = re.compile(r"(\d)\.(\d{1,2})")
# The details of a concept take elements of other namespaces, and of their own only these.
_DETAILS = {
    "personDetails": "born died affiliation contactInfo",
    "organisationDetails": "founded dissolved location contactInfo hasInstrument affiliation",
    "geoAreaDetails": "position founded dissolved line circle polygon",
    "POIDetails": "position address openHours capacity contactInfo access details created ceasedToExist",
    "objectDetails": "created copyrightNotice creator ceasedToExist",
}
_FOREIGN = ("inlineXML", "inlineData", "rightsExpressionXML", "rightsExpressionData")
_DEEPEST_RELATED = 3
_CATALOGS = ("catalogRef", "catalog", "catalogContainer")


def check_item(item: etree._Element, version: str | None = None) -> None:
    """Raise InvalidError for the first mistake of an item; `version` is what it is read as, else what it says."""
    name = local(item)
    said = _number(item.get("standardversion"))
    read_as = _number(version)
    for text, where in _mistakes(item, name, said, read_as):
        raise InvalidError(f"The NewsML-G2 item is not valid at {where}: {text}", field=where)


def check_catalog(catalog: etree._Element, version: str | None = None) -> None:
    """The same for a catalog that stands alone."""
    read_as = _number(version)
    for text, where in _anywhere(catalog, "catalog", read_as):
        raise InvalidError(f"The NewsML-G2 catalog is not valid at {where}: {text}", field=where)


Found = tuple[str, str]
_Number = tuple[int, int] | None


def _mistakes(item: etree._Element, name: str, said: _Number, read_as: _Number) -> Iterator[Found]:
    for attribute in ("guid", "standard", "standardversion"):
        if not (item.get(attribute) or "").strip():
            yield f'the attribute "{attribute}" is missing', f"/{name}/@{attribute}"
    if not (item.get("standard") or "").startswith("NewsML-G2"):
        yield f'expected NewsML-G2, found "{(item.get("standard") or "")[:40]}"', f"/{name}/@standard"
    if said is not None and said < (2, 30) and not any(local(child) in _CATALOGS for child in item):
        yield "a catalogRef or catalog is missing, which items need before version 2.30", f"/{name}/catalogRef"
    yield from _management(item, name)
    yield from _anywhere(item, name, read_as)


def _management(item: etree._Element, name: str) -> Iterator[Found]:
    meta = next((child for child in item if local(child) == "itemMeta"), None)
    if meta is None:
        yield "itemMeta is missing", f"/{name}/itemMeta"
        return
    present = {local(child): child for child in meta}
    for needed in ("itemClass", "provider", "versionCreated"):
        if needed not in present:
            yield f"{needed} is missing", f"/{name}/itemMeta/{needed}"
    created = present.get("versionCreated")
    if created is not None and read_date(created.text) is None:
        yield (
            f'expected a date and time, found "{(created.text or "").strip()[:40]}"',
            f"/{name}/itemMeta/versionCreated",
        )


def _anywhere(item: etree._Element, root: str, read_as: _Number) -> Iterator[Found]:
    waiting = [(item, f"/{root}", 0)]
    while waiting:
        element, where, related = waiting.pop()
        yield from _attributes(element, where, read_as)
        if element.tag.startswith(f"{{{NAMESPACE}}}"):
            yield from _place(element, where, root, read_as)
        related = related + 1 if local(element) == "related" else 0
        most = 2 if read_as is not None and read_as < (2, 34) else _DEEPEST_RELATED
        if related > most:
            yield f"related stands within related more than {most} deep", where
        if local(element) not in _FOREIGN:
            inner = [child for child in element if local(child)]
            waiting += [(child, f"{where}/{local(child)}"[:400], related) for child in reversed(inner)]


def _attributes(element: etree._Element, where: str, read_as: _Number) -> Iterator[Found]:
    for name, value in element.attrib.items():
        plain = str(name)
        if plain.endswith("uri") and _BROKEN_IRI.search(str(value)):
            yield f'"{str(value)[:60]}" is no address', f"{where}/@{plain}"
        if plain == "schemeretired" and read_as is not None and read_as < (2, 29):
            yield f'"{plain}" came with version 2.29', f"{where}/@{plain}"


def _place(element: etree._Element, where: str, root: str, read_as: _Number) -> Iterator[Found]:
    name = local(element)
    parent = element.getparent()
    above = "" if parent is None else local(parent)
    old = read_as is not None
    if above in _DETAILS and name not in _DETAILS[above].split():
        yield f"{above} has no <{name}>; other elements need a namespace of their own", where
    if name == "digitalSourceType" and (root == "catalogItem" or (old and read_as < (2, 33))):  # type: ignore[operator]
        yield "digitalSourceType does not apply here", where
    if name == "affiliation" and above == "organisationDetails" and old and read_as < (2, 29):  # type: ignore[operator]
        yield "affiliation of an organisation came with version 2.29", where
    if name == "hasInstrument" and above == "concept" and old and read_as < (2, 31):  # type: ignore[operator]
        yield "hasInstrument of a concept came with version 2.31", where


def _number(version: str | None) -> _Number:
    found = _VERSION.match(version or "")
    return (int(found[1]), int(found[2])) if found else None
