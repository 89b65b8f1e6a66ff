"""Read NITF (News Industry Text Format, https://iptc.org/standards/nitf/) as an article.

Its body becomes plain HTML, which is cut into zones as that of a page: captions of media stay captions, a dateline
stands before the first paragraph, who wrote it is taken from the byline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from lxml import etree

from services.articles.article import Item
from services.articles.bylines import authors_in
from services.articles.dates import read_date
from services.articles.identity import hashed, item_id
from services.articles.language import two_letters
from services.articles.prolog import Root, local, parse_xml
from services.errors import InvalidError

_BASIC_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z|[+-]\d\d:?\d\d)?)?")
_TAGS = {"p": "p", "hl1": "h2", "hl2": "h3", "bq": "blockquote", "li": "li", "ul": "ul", "ol": "ol", "table": "table",
         "tr": "tr", "td": "td", "th": "th", "media": "figure", "media-caption": "figcaption", "pre": "pre",
         "note": "aside", "dl": "dl", "dt": "dt", "dd": "dd", "block": "div", "tagline": "p", "br": "br"}  # fmt: skip
_UNTOLD = frozenset((
    "media-reference", "media-metadata", "media-object", "media-producer", "nitf-table-metadata", "custom-table",
))  # fmt: skip
_STOPS = re.compile(r"[.:;,–—-]\s*$")


def read_nitf(text: str, root: Root) -> Item:
    """Read a whole NITF document; InvalidError says what is missing."""
    return nitf_item(parse_xml(text, root, "The NITF document"))


def nitf_item(tree: etree._Element) -> Item:
    """Give a `<nitf>` element as an article."""
    head, body = _child(tree, "head"), _child(tree, "body")
    if body is None:
        raise InvalidError("The NITF document has no <body>, which every NITF document has", field="/nitf/body")
    top = _child(body, "body.head")
    facts = _child(head, "docdata")
    title = told(_find(top, "hl1")) or told(_child(head, "title")) or told(_find(body, "hl1"))
    html = body_html(body)
    known = _attribute(_child(facts, "doc-id"), "id-string")
    issued = _date(_attribute(_child(facts, "date.issue"), "norm"))
    released = _date(_attribute(_child(facts, "date.release"), "norm"))
    published = _date(_attribute(_child(head, "pubdata"), "date.publication"))
    return Item(
        external_id=item_id(known) if known else hashed(f"{title}\n{html}"),
        title=title[:500] or None,
        html=html or None,
        published=read_date(issued or released or published),
        authors=byline_authors(_child(top, "byline")),
        language=two_letters(tree.get("{http://www.w3.org/XML/1998/namespace}lang")),
        summary_only=not html,
    )


def body_html(body: etree._Element) -> str:
    """Give the text of a `<body>` as HTML: dateline and abstract first where the content does not have them."""
    top, content = _child(body, "body.head"), _child(body, "body.content")
    inside = "".join(_html(part) for part in content) if content is not None else ""
    if not inside and (abstract := _child(top, "abstract")) is not None:
        inside = "".join(_html(part) for part in abstract) or f"<p>{escape(told(abstract))}</p>"
    if content is not None and (bare := " ".join((content.text or "").split())):
        inside = f"<p>{escape(bare)}</p>{inside}"
    place = told(_child(top, "dateline"))
    if place and "<p>" in inside and place.casefold() not in inside[:400].casefold():
        place = place if _STOPS.search(place) else f"{place} —"
        inside = inside.replace("<p>", f"<p>{escape(place)} ", 1)
    return inside


def byline_authors(byline: etree._Element | None) -> tuple[str, ...]:
    """Give the people of a byline: those marked as persons, else those that its words name."""
    if byline is None:
        return ()
    people = tuple(filter(None, (told(one) for one in byline.iter() if local(one) == "person")))
    return (
        people or authors_in(told(byline, without=("byttl",))) or authors_in("By " + told(byline, without=("byttl",)))
    )


def told(element: etree._Element | None, *, without: tuple[str, ...] = ()) -> str:
    """Give an element's text in one line; elements named in `without` are left out."""
    if element is None:
        return ""
    parts: list[str] = []
    _gather(element, without, parts)
    return " ".join("".join(parts).split())


def _gather(element: etree._Element, without: tuple[str, ...], parts: list[str]) -> None:
    parts.append(element.text or "")
    for child in element:
        if local(child) not in without:
            _gather(child, without, parts)
        parts.append(child.tail or "")


def _html(element: etree._Element) -> str:
    return "".join(_pieces(element)) + escape(" ".join((element.tail or "").split()))


def _pieces(element: etree._Element) -> Iterator[str]:
    name = local(element)
    if name in _UNTOLD or not name:
        return
    tag = _TAGS.get(name)
    if tag == "br":
        yield "<br>"
        return
    if tag:
        yield f"<{tag}>"
    yield escape(element.text or "")
    for child in element:
        yield from _pieces(child)
        yield escape(child.tail or "")
    if tag:
        yield f"</{tag}>"


def _date(norm: str) -> str:
    """Give a date in the basic form of ISO 8601, as NITF writes it, in the form with dashes."""
    found = _BASIC_DATE.fullmatch(norm.strip())
    if found is None:
        return norm
    year, month, day, hour, minute, second, zone = found.groups()
    time = f"T{hour}:{minute}:{second or '00'}{zone or 'Z'}" if hour else ""
    return f"{year}-{month}-{day}{time}"


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return None if element is None else next((child for child in element if local(child) == name), None)


def _find(element: etree._Element | None, name: str) -> etree._Element | None:
    return None if element is None else next((one for one in element.iter() if local(one) == name), None)


def _attribute(element: etree._Element | None, name: str) -> str:
    return "" if element is None else (element.get(name) or "").strip()
