"""Read HTML as blocks of plain text; no markup, script or style gets past here.

Block elements part the text, `<br>` breaks a line, white space is levelled as browsers do. Where the markup names a
zone it is kept: captions by their element or class, teasers by `<aside>`, by class, or as a paragraph that is one link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from lxml import etree, html

from services.articles.article import Zone
from services.articles.zones import Block

_DROPPED = frozenset((
    "script", "style", "noscript", "template", "iframe", "frame", "object", "embed", "applet", "svg", "math", "form",
    "button", "input", "select", "textarea", "audio", "video", "canvas", "head", "title", "link", "meta", "nav",
    "dialog", "datalist", "map", "area", "track", "source", "param",
))  # fmt: skip
_BLOCKS = frozenset((
    "p", "div", "section", "article", "main", "header", "footer", "aside", "h1", "h2", "h3", "h4", "h5", "h6", "ul",
    "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "figure", "figcaption", "table", "caption", "thead", "tbody",
    "tfoot", "tr", "address", "details", "summary", "hr", "center", "body", "html", "fieldset", "legend", "hgroup",
))  # fmt: skip
_CELLS = frozenset(("td", "th"))
_IN_LINE = frozenset(("span", "small", "cite", "em", "i", "label"))
_MARKUP_IN_LINE = re.compile(r"<(?:/?[a-zA-Z][^<>]*>|!--.*?(?:-->|$))", re.DOTALL)
_CODE_IN_LINE = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.DOTALL | re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:^|[-_ ])(?:wp-caption-text|caption|captions|figcaption|photo-?credit|image-?credit)(?:$|[-_ ])", re.IGNORECASE
)
_TEASER = re.compile(
    r"(?:^|[-_ ])(?:related|newsletter|promo|promos|recirc|recommended|recommendations|read-?more|readmore|more-?on|"
    r"also-?read|"
    r"see-?also|sign-?up|signup|subscribe|subscription|trending|most-?read|most-?popular|share|sharing|social|"
    r"more-?stories|read-?next|up-?next|popular|recommend|teasers?|outbrain|taboola|marketing|membership|donate|donation|"
    r"paywall|disclaimer|copyright|breadcrumbs?|comments?|sidebar|story-?links|link-?list|follow-?us|app-?promo|cta|"
    r"advertorial|partner-?content|cross-?promo|upsell|"
    r"author-?bio|"
    r"byline|tags|tag-?list|sponsored|advert|advertisement|ad)(?:$|[-_ ])",
    re.IGNORECASE,
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MOST_BLOCKS = 20_000
_LONGEST_LINK = 200  # characters of a paragraph that is a link but for a mark at its end
# What is taken over from elsewhere (a post, a tweet) is quoted by the article, whatever its element is called else.
_EMBEDDED = re.compile(r"(?:^|[-_ ])(?:o?embed|embedded|embeds|tweet|twitter-tweet)(?:$|[-_ ])", re.IGNORECASE)
_LONGEST_TEASER = 800  # characters; a longer element is the page's own frame, whatever its class says
_NOT_READ = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Tags with hundreds of attributes: libxml2 compares each with each, 100,000 take 12 s. They lose them.
_LADEN = re.compile(
    r"<([a-zA-Z][\w:-]{0,40}+)(?:[\s/]*+[^\s\"'<>=/]++(?:\s*+=\s*+(?:\"[^\"]{0,20000}+\"|'[^']{0,20000}+'|"
    r"[^\s\"'<>]++))?+){300,}+"
)
_SPACE = re.compile(r"[ \t\n\r\f\v]+")
_AROUND_BREAK = re.compile(r" *\n *")
_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]{0,5000}>|!--|!doctype|\?xml)", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*$")


def has_markup(text: str) -> bool:
    """Say whether a text holds HTML tags, rather than only a "<" here and there."""
    return _TAG.search(text) is not None


def is_page(text: str) -> bool:
    """Say whether HTML is a whole page, not a fragment as feeds carry it."""
    return _PAGE.search(text[:20_000]) is not None


def parse_html(text: str) -> html.HtmlElement | None:
    """Parse HTML, well-formed or not; None where nothing is left. Nothing is ever fetched."""
    clean = without_laden_tags(_NOT_READ.sub(" ", text))
    # A huge tree may be 2,048 deep instead of 256; its size is limited by what came in.
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True, recover=True
    )
    try:
        return html.document_fromstring(clean.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError):  # empty, or nothing but comments
        return None


def without_laden_tags(text: str) -> str:
    """Take the attributes off every tag that has hundreds of them, which only an attack has."""
    return _LADEN.sub(r"<\1", text)


def text_of_fragment(text: str) -> str:
    """Give the plain text of an HTML fragment, a blank line between its paragraphs."""
    return "\n\n".join(block.text for block in fragment_blocks(text))


def fragment_blocks(text: str) -> list[Block]:
    """Give the blocks of an HTML fragment."""
    tree = parse_html(text)
    return [] if tree is None else blocks_of(tree)


def one_line(text: str) -> str:
    """Give a title or name without markup, entities read once, in one line."""
    for _ in range(5):  # what is taken out may leave a tag behind
        if "<" not in text or (left := _MARKUP_IN_LINE.sub("", _CODE_IN_LINE.sub(" ", text))) == text:
            break
        text = left
    return " ".join((unescape(text) if "&" in text else text).split())


@dataclass(frozen=True, slots=True)
class Placed:
    """A block, the element of the page that it stands in, and how many of its signs are links.

    `named`: an element around it names its zone; without that, a teaser is one only because it is a link.
    """

    block: Block
    element: html.HtmlElement
    linked: int
    named: bool = False


@dataclass(slots=True)
class _Reader:
    """The blocks read so far, and the one being read."""

    inside: list[html.HtmlElement]
    blocks: list[Placed] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    zones: list[tuple[object, Zone]] = field(default_factory=list)
    links: int = 0
    linked: int = 0
    unlinked: bool = False

    def add(self, text: str | None) -> None:
        if text:
            self.parts.append(_SPACE.sub(" ", text))
            self.unlinked = self.unlinked or (self.links == 0 and not text.isspace())
            self.linked += len(text.strip()) if self.links else 0

    def flush(self) -> None:
        if len(self.blocks) >= _MOST_BLOCKS and self.parts:
            self.parts.append(" ")  # what follows is kept, as one paragraph
            return
        self.end()

    def end(self) -> None:
        text = _AROUND_BREAK.sub("\n", re.sub(" {2,}", " ", "".join(self.parts))).strip()
        if text:
            zone = self.zones[-1][1] if self.zones else self._link_zone(text)
            block = Block(text, zone, heading=self.inside[-1].tag in _HEADINGS)
            self.blocks.append(Placed(block, self.inside[-1], self.linked, named=bool(self.zones)))
        self.parts, self.unlinked, self.linked = [], False, 0

    def _link_zone(self, text: str) -> Zone | None:
        mostly = not self.unlinked or (self.linked * 5 >= len(text) * 4 and len(text) <= _LONGEST_LINK)
        return Zone.TEASER if mostly and self.blocks and not _SENTENCE_END.search(text) else None


def blocks_of(tree: html.HtmlElement) -> list[Block]:
    """Give an element's blocks in document order."""
    return [placed.block for placed in placed_blocks(tree)]


def placed_blocks(tree: html.HtmlElement) -> list[Placed]:
    """Give an element's blocks in document order, with the elements that they stand in."""
    reader = _Reader([tree])
    walker = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walker:
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if name in _DROPPED or _is_hidden(element):
                walker.skip_subtree()
            else:
                _open(reader, element, name)
        else:
            if name not in _DROPPED and not _is_hidden(element):
                _close(reader, element, name)
            if element is not tree:
                reader.add(element.tail)
    reader.end()
    return reader.blocks


def _open(reader: _Reader, element: html.HtmlElement, name: str) -> None:
    if name in _BLOCKS or _is_credit(element, name):
        reader.flush()
        reader.inside.append(element)
    elif name == "br":
        reader.parts.append("\n")
    elif name == "a":
        reader.links += 1
    if (zone := _named_zone(element, name)) is not None:
        reader.zones.append((element, zone))
    reader.add(element.text)


def _close(reader: _Reader, element: html.HtmlElement, name: str) -> None:
    if name in _BLOCKS or _is_credit(element, name):
        reader.flush()
        if reader.inside[-1] is element and len(reader.inside) > 1:
            reader.inside.pop()
    elif name in _CELLS:
        reader.parts.append(" ")
    elif name == "a":
        reader.links -= 1
    if reader.zones and reader.zones[-1][0] is element:
        reader.zones.pop()


def _named_zone(element: html.HtmlElement, name: str) -> Zone | None:
    if name == "figcaption":
        return Zone.CAPTION
    if _is_credit(element, name):
        return Zone.CAPTION
    if name not in _BLOCKS or name in ("body", "html", "article", "main"):
        return None
    named = f"{element.get('class', '')} {element.get('id', '')}"
    if name != "aside" and named == " ":
        return None
    if _EMBEDDED.search(named):
        return None
    if _CAPTION.search(named) and _is_short(element):
        return Zone.CAPTION
    return Zone.TEASER if (name == "aside" or _TEASER.search(named)) and _is_short(element) else None


def _is_credit(element: html.HtmlElement, name: str) -> bool:
    """Say whether an element within a line is a picture's caption or credit, which parts the line."""
    named = element.get("class") if name in _IN_LINE else None
    return named is not None and _CAPTION.search(named) is not None and _is_short(element)


def _is_short(element: html.HtmlElement) -> bool:
    length = 0
    for text in element.itertext():
        length += len(text.strip())
        if length > _LONGEST_TEASER:
            return False
    return True


def _is_hidden(element: html.HtmlElement) -> bool:
    style = element.get("style", "")
    return element.get("hidden") is not None or bool(style and re.search(r"(?i)display\s*:\s*none", style))
