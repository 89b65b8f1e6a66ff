"""ninjs, NewsML-G2 and NITF give the same article; what is wrong in them is named with its place."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from services.articles.article import Item, Zone
from services.articles.read import understand
from services.articles.sniff import read_any
from services.errors import InvalidError

FIRST = "The council voted 5-2 on Monday to cap rents."
SECOND = "Landlords said they would sue."
NINJS_1 = {
    "uri": "urn:ledger:rents", "type": "text", "headline": "Council caps rents", "byline": "By Ann Roe and Li Wei",
    "body_text": FIRST, "body_xhtml": f"<p>{FIRST}</p><p>{SECOND}</p>", "description_text": "In short.", "language": "en-US",
    "firstcreated": "2026-05-04T09:00:00Z", "versioncreated": "2026-05-04T10:00:00Z",
}  # fmt: skip
NINJS_2 = {
    "uri": "urn:ledger:rents", "headlines": [{"role": "short", "value": "Rents"}, {"role": "main", "value": "Council caps rents"}],
    "bodies": [{"contenttype": "text/plain", "value": FIRST}, {"contenttype": "text/html", "value": f"<p>{FIRST}</p><p>{SECOND}</p>"}],
    "by": "Ann Roe and Li Wei", "language": "en", "firstcreated": "2026-05-04T09:00:00Z", "versioncreated": "2026-05-04T10:00:00Z",
}  # fmt: skip
NINJS_3 = {
    "uri": "urn:ledger:rents", "headlines": [{"value": "Council caps rents"}], "by": "Ann Roe and Li Wei", "language": "en",
    "bodies": [{"contentType": "text/html", "value": f"<p>{FIRST}</p><p>{SECOND}</p>"}],
    "firstCreated": "2026-05-04T09:00:00Z", "versionCreated": "2026-05-04T10:00:00Z",
}  # fmt: skip
NITF = f"""<nitf xml:lang="en"><head><title>Rents</title><docdata><doc-id id-string="urn:ledger:rents"/>
<date.issue norm="20260504T090000Z"/></docdata></head><body><body.head><hedline><hl1>Council caps rents</hl1></hedline>
<byline>By <person>Ann Roe</person> and <person>Li Wei</person> <byttl>Staff</byttl></byline><dateline><location>OAKTON, Ohio</location>
</dateline></body.head><body.content><block><p>{FIRST}</p><media media-type="image"><media-reference source="a.jpg"/>
<media-caption>Tenants at the meeting &amp; outside</media-caption></media><p>{SECOND}</p></block></body.content></body></nitf>"""
META = """<itemMeta><itemClass qcode="ninat:text"/><provider literal="ledger"/><versionCreated>2026-05-04T10:00:00Z</versionCreated>
<firstCreated>2026-05-04T09:00:00Z</firstCreated><pubStatus qcode="stat:usable"/></itemMeta>"""
ABOUT = """<contentMeta><by>By Ann Roe and Li Wei</by><language tag="en-US"/><headline>Council caps rents</headline></contentMeta>"""
HEAD = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:ledger:rents" standard="NewsML-G2" standardversion="2.30">"""
HTML = f"""<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{FIRST}</p><p>{SECOND}</p></body></html>"""
NEWSML = f"{HEAD}{META}{ABOUT}<contentSet><inlineXML>{HTML}</inlineXML></contentSet></newsItem>"
WITH_NITF = f"{HEAD}{META}{ABOUT}<contentSet><inlineXML>{NITF}</inlineXML></contentSet></newsItem>"
MESSAGE = (
    f"""<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header/><itemSet>{NEWSML}</itemSet></newsMessage>"""
)


def read(given: object) -> Item:
    (item,) = read_any((given if isinstance(given, str) else json.dumps(given)).encode())
    return item


@pytest.mark.parametrize("given", [NINJS_1, NINJS_2, NINJS_3, NITF, NEWSML, WITH_NITF, MESSAGE, [NINJS_1]])
def test_every_standard_gives_the_same_article(given: object) -> None:
    item = read(given)
    article = understand(item)
    told = [article.text[p.start : p.end] for p in article.passages if p.zone in (Zone.LEAD, Zone.BODY)]
    assert (item.external_id, article.title, article.language) == ("urn:ledger:rents", "Council caps rents", "en")
    assert told == [FIRST, SECOND]
    assert article.authors == ("Ann Roe", "Li Wei")
    assert item.published == datetime(2026, 5, 4, 9, tzinfo=UTC)
    assert item.updated == (None if given is NITF else datetime(2026, 5, 4, 10, tzinfo=UTC))
    assert not item.summary_only


def test_nitf_keeps_its_dateline_and_captions_apart() -> None:
    article = understand(read(NITF))
    found = {p.zone: article.text[p.start : p.end] for p in article.passages}
    assert found[Zone.DATELINE] == "OAKTON, Ohio —"
    assert found[Zone.CAPTION] == "Tenants at the meeting & outside"


def test_a_document_type_of_nitf_is_taken_off_unread_and_no_other() -> None:
    typed = '<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "nitf-3-6.dtd">' + NITF
    assert read(typed).title == "Council caps rents"
    for other in (
        '<!DOCTYPE nitf SYSTEM "http://127.0.0.1/x.dtd">',
        '<!DOCTYPE nitf [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    ):
        with pytest.raises(InvalidError, match="xml_forbidden"):
            read(other + NITF)


def test_without_a_body_the_description_is_a_summary() -> None:
    item = read({"uri": "urn:1", "headline": "Rents", "description_text": "In short."})
    assert (item.text, item.summary_only) == ("In short.", True)
    described = NEWSML.replace("</contentMeta>", "<description>In short.</description></contentMeta>")
    item = read(described.replace(HTML, "<other/>"))
    assert (item.text, item.summary_only) == ("In short.", True)


@pytest.mark.parametrize(
    ("given", "held"),
    [
        ({**NINJS_1, "pubstatus": "canceled"}, "canceled"),
        ({**NINJS_3, "pubStatus": "withheld"}, "withheld"),
        ({**NINJS_1, "embargoed": "2026-05-05T06:00:00Z"}, "embargo until 2026-05-05T06:00:00Z"),
        (NEWSML.replace("stat:usable", "stat:canceled"), "canceled"),
        (
            NEWSML.replace("<pubStatus", "<embargoed>2026-05-05T06:00:00Z</embargoed><pubStatus"),
            "embargo until 2026-05-05T06:00:00Z",
        ),
        (NEWSML, None),
    ],
)
def test_an_item_that_is_held_back_says_so(given: object, held: str | None) -> None:
    assert read(given).held == held


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"uri": "u", "headline": 7}, 'at /headline: expected text, found 7'),
        ({"uri": "u", "bodies": [{"role": "main"}]}, 'at /bodies/0/value: "value" is missing'),
        ({"uri": "u", "versionCreated": "x", "pubStatus": "gone"}, "at /pubStatus: expected one of usable, withheld, canceled"),
        ({"uri": "u", "headline": "x", "nonsense/~": 1}, 'at /nonsense~1~0: ninjs has no property "nonsense/~" here'),
        ({"uri": "u", "byline": "x", "urgency": True}, "at /urgency: expected a whole number from 1 to 9, found true or false"),
        ([NINJS_1, {"uri": 1}], "at /1/uri: expected text, found 1"),
        ('{"uri": "u", "headline": ', "The JSON breaks off"),
        (HEAD + "</newsItem>", "at /newsItem/itemMeta: itemMeta is missing"),
        (NEWSML.replace(' guid="urn:ledger:rents"', ""), 'at /newsItem/@guid: the attribute "guid" is missing'),
        (NEWSML.replace('"2.30"', '"2.29"'), "a catalogRef or catalog is missing"),
        (NEWSML.replace("2026-05-04T10:00:00Z", "soon"), 'expected a date and time, found "soon"'),
        (NEWSML.replace("</newsItem>", ""), "The NewsML-G2 document is not well-formed XML"),
        (NEWSML.replace('xmlns="http://iptc.org/std/nar/2006-10-01/" guid', "guid", 1), "is expected in the namespace"),
        (MESSAGE.replace(NEWSML, ""), "carries no item"),
        ("<nitf><head/></nitf>", "has no <body>"),
        ("<opml/>", "is XML of another kind, <opml>"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(given: object, message: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read(given)
    assert message in refused.value.message


def test_a_version_that_is_named_is_held_to() -> None:
    later = {"uri": "u", "type": "component"}
    assert read(later).external_id == "u"
    for item in (later, {**later, "$standard": {"version": "1.0"}}):
        with pytest.raises(InvalidError, match="/type"):
            read_any(json.dumps(item).encode(), meant="ninjs/1.0")
    with pytest.raises(InvalidError, match="is no standard that is read"):
        read_any(b"{}", meant="rss/2.0")


def test_items_within_items_end() -> None:
    item: dict[str, object] = {"uri": "u"}
    for _ in range(30):
        item = {"uri": "u", "associations": {"a": item}}
    with pytest.raises(InvalidError, match="more than 8 deep"):
        read_any(json.dumps(item).encode(), meant="ninjs/1.6")
