"""Read NewsML-G2 (https://iptc.org/standards/newsml-g2/): items, and messages that carry several.

A news item is an article: its headline, and its content as NITF, HTML or text, else its description. A package is shown
by its headline and what it lists, a concept or event by its name and definition. An item that is withheld, canceled or
under an embargo says so.
"""

from __future__ import annotations

from lxml import etree

from services.articles.article import Item
from services.articles.bylines import authors_in
from services.articles.dates import read_date
from services.articles.html_blocks import has_markup
from services.articles.identity import hashed, item_id
from services.articles.language import two_letters
from services.articles.newsml_check import ITEMS, NAMESPACE, check_catalog, check_item
from services.articles.nitf import body_html, byline_authors, told
from services.articles.prolog import Root, local, parse_xml
from services.articles.url import web_link
from services.errors import InvalidError

NEWSML_ROOTS = (*(name.lower() for name in ITEMS), "newsmessage", "catalog")
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_MOST_ITEMS = 500


def read_newsml(text: str, root: Root, *, version: str | None = None) -> list[Item]:
    """Read an item or a message; `version` (such as "2.28") is what items must fit, else what they say."""
    tree = parse_xml(text, root, "The NewsML-G2 document")
    if not tree.tag.startswith(f"{{{NAMESPACE}}}"):
        raise InvalidError(f"<{local(tree)}> is expected in the namespace {NAMESPACE}, which NewsML-G2 has")
    if local(tree) == "catalog":
        check_catalog(tree, version)
        return []
    items = [tree] if local(tree) != "newsMessage" else _carried(tree)
    if len(items) > _MOST_ITEMS:
        raise InvalidError(f"The NewsML-G2 message carries {len(items):,} items. {_MOST_ITEMS} is the most")
    for item in items:
        check_item(item, version)
    return [_item(item) for item in items]


def _carried(message: etree._Element) -> list[etree._Element]:
    items = [item for one in message if local(one) == "itemSet" for item in one if local(item) in ITEMS]
    if not items:
        raise InvalidError("The NewsML-G2 message carries no item", field="/newsMessage/itemSet")
    return items


def _item(item: etree._Element) -> Item:
    meta, about = _child(item, "itemMeta"), _child(item, "contentMeta")
    html, text = _content(item)
    summary = html is None and text is None
    text = text if not summary else (_described(item, about) or None)
    title = told(_child(about, "headline")) or told(_find_nitf(item, "hl1")) or told(_child(meta, "title"))
    title = title or told(next((one for one in item.iter() if local(one) == "name" and _is_concept(one)), None))
    made, changed = _date(_child(meta, "firstCreated")), _date(_child(meta, "versionCreated"))
    guid = (item.get("guid") or "").strip()
    return Item(
        external_id=item_id(guid) if guid else hashed(f"{title}\n{html or text}"),
        url=web_link(guid),
        title=title[:500] or None,
        text=text,
        html=html,
        published=made or changed,
        updated=changed if made else None,
        authors=_authors(item, about),
        language=two_letters(_language(item, about)),
        summary_only=summary,
        held=_held(meta),
    )


def _content(item: etree._Element) -> tuple[str | None, str | None]:
    """Give the content as HTML and as text; the first that can be read, HTML first."""
    texts = []
    held = _child(item, "contentSet")
    for one in held if held is not None else ():
        if local(one) == "inlineXML":
            inner = next((child for child in one if local(child)), None)
            if inner is not None and (html := _inline(inner)):
                return html, None
        elif local(one) == "inlineData" and (data := (one.text or "").strip()):
            texts.append((one.get("contenttype") or "", data))
    for kind, data in texts:
        if one_of_text(kind):
            return (data, None) if has_markup(data) else (None, data)
    return None, None


def one_of_text(kind: str) -> bool:
    """Say whether inline data of this type is text; without a type it is, with another encoding it is not."""
    return not kind or kind.lower().startswith("text/")


def _inline(inner: etree._Element) -> str:
    if local(inner) == "nitf":
        body = _child(inner, "body")
        return body_html(body) if body is not None else ""
    if local(inner) in ("html", "body", "div", "article", "section"):
        return str(etree.tostring(inner, encoding="unicode", with_tail=False))
    return ""


def _described(item: etree._Element, about: etree._Element | None) -> str:
    """Give what an item without content of its own tells: its description, what it lists, what its concepts mean."""
    parts = [told(one) for one in about if local(one) in ("description", "caption")] if about is not None else []
    if local(item) == "newsItem":
        return "\n\n".join(filter(None, parts))
    wanted = ("title", "description") if local(item) == "packageItem" else ("definition",)
    listed = [
        told(one) for one in item.iter() if local(one) in wanted and one.getparent() is not _child(item, "itemMeta")
    ]
    return "\n\n".join(dict.fromkeys(filter(None, [*parts, *listed])))


def _authors(item: etree._Element, about: etree._Element | None) -> tuple[str, ...]:
    byline = _child(about, "by") if about is not None else None
    named = authors_in(told(byline)) or authors_in("By " + told(byline)) if byline is not None else ()
    named = named or byline_authors(_find_nitf(item, "byline"))
    if named or about is None:
        return named
    makers = [told(_child(one, "name")) for one in about if local(one) == "creator"]
    return tuple(dict.fromkeys(name for name in makers if name))


def _held(meta: etree._Element | None) -> str | None:
    status = _child(meta, "pubStatus")
    named = "" if status is None else (status.get("qcode") or status.get("uri") or "")
    word = named.replace("/", ":").rpartition(":")[2].lower()
    if word in ("withheld", "canceled"):
        return word
    until = _date(_child(meta, "embargoed"))
    return None if until is None else f"embargo until {until:%Y-%m-%dT%H:%M:%SZ}"


def _language(item: etree._Element, about: etree._Element | None) -> str | None:
    told_in = _child(about, "language")
    return (told_in.get("tag") if told_in is not None else None) or item.get(_LANGUAGE)


def _is_concept(name: etree._Element) -> bool:
    parent = name.getparent()
    return parent is not None and local(parent) in ("concept", "schemeMeta", "scheme")


def _date(element: etree._Element | None):  # type: ignore[no-untyped-def]
    return None if element is None else read_date(element.text)


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return None if element is None else next((child for child in element if local(child) == name), None)


def _find_nitf(item: etree._Element, name: str) -> etree._Element | None:
    content = _child(item, "contentSet")
    return None if content is None else next((one for one in content.iter() if local(one) == name), None)
