"""The pages: what they say, that everything from outside is text on them, and that looking changes nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from itertools import pairwise
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import lxml.html
import pytest
from sqlalchemy import select

from services import clock
from services.channels.mail_folder import MailFolder
from services.channels.outgoing import Outgoing
from services.identity import story_id
from services.store import alerts, articles
from services.store.states import Role
from services.store.tables import Article, Channel, Delivery, Source, Story
from services.store.workers import Presence
from tests.integration.api import ARTICLE, Api, running

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def page(api: Api, path: str = "/", role: Role = Role.ADMIN, status: int = 200) -> lxml.html.HtmlElement:
    answer = api.call("GET", path, role=role)
    assert answer.status_code == status, answer.text
    return lxml.html.document_fromstring(answer.text)


def text_of(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def at_work(api: Api) -> list[Presence]:
    return [
        Presence(api.store, role, api.settings.data / "run", "1", clock.now())
        for role in ("ingest", "match", "deliver")
    ]


def tell(
    api: Api, *, title: str = "Council votes", sentence: str = "A sanctuary city.", role: Role = Role.SUBSCRIBER
) -> str:
    """Tell one story to the person of a role."""
    made, now = api.subscription(role, name=f"Of {title}"[:100]), clock.now()
    body = ARTICLE | {
        "external_id": title,
        "title": title,
        "url": "https://paper.example/1",
        "source": "Valley Register",
    }
    id_ = api.v1("POST", "articles", json=body).json()["id"]
    reason = {"clause": title, "zone": "lead", "sentence": sentence, "marks": [[2, 11]], "places": [],
              "clauses": [{"clause": title, "zone": "lead", "sentence_number": 1}]}  # fmt: skip
    with api.store.write() as work:
        row = articles.get(work.session, id_)
        row.state = "matched"
        story = Story(id=story_id(id_), title=title, first_article=id_, first_seen_at=now, last_seen_at=now)
        work.session.add(story)
        work.session.flush()
        alert = alerts.new(
            made["id"], story.id, "new", article=id_, decision="tell", because="first", reason=reason, now=now
        )
        alerts.put(work.session, [alert])
        alerts.link(work.session, [alerts.NewLink(alert=alert.id, channel=made["channels"][0])])
    return alert.id


def kept(api: Api, name: str = "msg_1", subject: str = "Council votes", html: str | None = "<p>A <b>part</b>") -> None:
    """Keep a mail."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Date"] = (
        "Tocsin <a@b.example>",
        "ana@example.org",
        subject,
        clock.now(),
    )
    mail.set_content("The text part.")
    if html is not None:
        mail.add_alternative(html, subtype="html")
    MailFolder(api.settings.data / "mail").send(Outgoing(name, subject, mail.as_bytes(), 1), "ana@example.org")


# ---- the first page ----


def test_when_all_is_well_the_headline_says_so_and_nothing_is_coloured(api: Api) -> None:
    present = at_work(api)
    shown = page(api)
    assert text_of(shown.find(".//h1")) == "Yes: nothing needs anybody"
    assert not shown.xpath("//*[contains(@class, 'bad') or contains(@class, 'needs')]")
    for one in present:
        one.leave()


def test_what_needs_somebody_is_counted_and_listed_worst_first(api: Api) -> None:
    at_work(api)
    channel = api.channel()["id"]
    now = clock.now()
    with api.store.write() as work:
        failing = {"state": "failing", "reason": "The address answers with a web page", "failing_since": now}
        work.session.add(Source(id="s", name="Colton Star", url="https://star.example/", created_at=now, **failing))
        dead = {"state": "dead", "due_at": now, "created_at": now, "ended_at": now}
        work.session.add(Delivery(id="msg_d", channel=channel, dedupe_key="k", kind="new", **dead))
    shown = page(api)
    assert text_of(shown.find(".//h1")) == "Nearly: 2 things need somebody"
    needs = [text_of(item) for item in shown.xpath("//ul[@class='needs-list']/li")]
    assert needs[0].startswith("Colton Star has failed since")
    assert "The address answers with a web page" in needs[0]
    assert needs[1].startswith("1 delivery is a dead letter")


def test_a_stage_without_a_worker_needs_somebody(api: Api) -> None:
    assert "Nobody works at the stage match" in text_of(page(api))


def test_the_stages_are_those_of_the_api(api: Api) -> None:
    api.v1("POST", "articles", json={"articles": [ARTICLE | {"external_id": str(n)} for n in range(7)]})
    rows = {text_of(row[0]): [text_of(cell) for cell in row] for row in page(api).xpath("//tbody/tr")}
    stages = {stage["stage"].capitalize(): stage for stage in api.v1("GET", "queues").json()["items"]}
    assert {name: row[1] for name, row in rows.items()} == {
        name: str(stage["waiting"]) for name, stage in stages.items()
    }
    assert rows["Ingest"][1] == "7"


def test_the_ear_says_what_is_listened_to(api: Api) -> None:
    assert "Listening to no source yet. No article yet." in text_of(page(api).find_class("ear")[0])
    id_ = api.v1("POST", "articles", json=ARTICLE).json()["id"]
    with api.store.write() as work:
        row = work.session.get_one(Article, id_)
        row.seen_at = clock.now() - timedelta(minutes=5)
        work.session.add(row)
    assert "Listening to 1 source. Last article 5 minutes ago." in text_of(page(api).find_class("ear")[0])


def test_the_day_is_counted(api: Api) -> None:
    tell(api)
    tiles = {text_of(tile[0]): text_of(tile[1]) for tile in page(api).find_class("tile")}
    assert tiles == {"Articles": "1", "Stories": "1", "Alerts": "1", "Deliveries sent": "0", "Dead letters": "0"}


def test_an_alert_is_told_with_its_reason(api: Api) -> None:
    tell(api)
    (brief,) = page(api).find_class("brief")
    assert text_of(brief.find(".//h3")) == "Council votes"
    assert text_of(brief.find(".//mark")) == "sanctuary"
    said = text_of(brief)
    assert "Valley Register" in said
    assert "first sentence of the lead" in said
    assert "Waiting" in said


def test_a_subscriber_sees_their_own_alerts_and_no_pipeline(api: Api) -> None:
    tell(api, title="Mine")
    tell(api, title="Of an admin", role=Role.ADMIN)
    shown = page(api, role=Role.SUBSCRIBER)
    assert text_of(shown.find(".//h1")) == "1 alert today"
    assert [text_of(brief.find(".//h3")) for brief in shown.find_class("brief")] == ["Mine"]
    assert not shown.xpath("//table")
    assert "Kept mail" not in text_of(shown)


def test_times_are_in_the_readers_zone(api: Api) -> None:
    assert "Los Angeles" in text_of(page(api, role=Role.OPERATOR).find_class("ear")[0])


def test_mail_that_reaches_nobody_is_said_on_every_page(api: Api, tmp_path: Path) -> None:
    for path in ("/", "/docs", "/mail"):
        assert "No mail server is set" in text_of(page(api, path))
    assert "No mail server is set" in text_of(page(api, role=Role.SUBSCRIBER))
    with running(tmp_path / "other", smtp_url="smtp://mail.example") as sends:
        assert "No mail server" not in text_of(page(sends))
        assert sends.call("GET", "/mail").status_code == 404


# ---- kept mail ----


def test_a_kept_mail_is_listed_and_shown(api: Api) -> None:
    kept(api)
    (link,) = page(api, "/mail").xpath("//tbody//a")
    assert (text_of(link), link.get("href")) == ("Council votes", "/mail/msg_1")
    shown = page(api, "/mail/msg_1")
    assert "The text part." in text_of(shown.find(".//pre"))
    frame = shown.find(".//iframe")
    assert (frame.get("src"), frame.get("sandbox")) == ("/mail/msg_1/html", "")


def test_the_html_of_a_mail_has_no_rights(api: Api) -> None:
    kept(api, html=f"<p>{EVIL}</p>")
    answer = api.call("GET", "/mail/msg_1/html")
    policy = answer.headers["content-security-policy"]
    assert "sandbox;" in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'self'" in policy
    assert "frame-src 'self'" in api.call("GET", "/mail/msg_1").headers["content-security-policy"]


def test_a_mail_without_html_has_no_frame(api: Api) -> None:
    kept(api, html=None)
    assert page(api, "/mail/msg_1").find(".//iframe") is None
    page(api, "/mail/msg_1/html", status=404)


@pytest.mark.parametrize("name", ["nope", "..", "%2e%2e", "..%2f..%2ftoken", "....", "x" * 200, "%00"])
def test_no_other_file_is_shown_as_mail(api: Api, name: str) -> None:
    kept(api)
    (api.settings.data / "outside.eml").write_text("Subject: canary\n\ncanary")
    answer = api.call("GET", f"/mail/{name}")
    assert answer.status_code in (404, 200)
    assert "canary" not in answer.text
    assert answer.status_code == 404 or answer.url.path in ("/mail", "/")


def test_a_mail_that_is_half_nonsense_is_still_listed(api: Api) -> None:
    folder = api.settings.data / "mail"
    folder.mkdir()
    (folder / "msg_x.eml").write_bytes(
        b"Subject: =?utf-8?b?////?=\nDate: never\nContent-Type: text/plain; charset=none\n\n\xff\xfe"
    )
    assert "1 mail is kept here" in text_of(page(api, "/mail"))
    page(api, "/mail/msg_x")


# ---- confirming a channel ----


def test_a_link_confirms_by_its_button_and_once(api: Api) -> None:
    made = api.made("channels", kind="email", address="new@example.org")
    with api.store.read() as session:
        body = session.scalars(select(Delivery.body).where(Delivery.channel == made["id"])).one()
    path = re.search(r"/c/[\w-]+", body.decode())[0]
    shown = api.call("GET", path, role=None)
    assert "new@example.org" in shown.text
    assert api.v1("GET", f"channels/{made['id']}").json()["state"] == "unconfirmed"
    assert "Confirmed" in api.call("POST", path, role=None).text
    assert api.v1("GET", f"channels/{made['id']}").json()["state"] == "active"
    for method in ("GET", "POST"):
        assert api.call(method, path, role=None).status_code == 404


def test_a_forged_link_confirms_nothing(api: Api) -> None:
    api.made("channels", kind="email", address="new@example.org")
    assert api.call("POST", "/c/forged", role=None).status_code == 404
    with api.store.read() as session:
        assert session.scalars(select(Channel.state)).all() == ["unconfirmed"]


# ---- all pages ----


def test_what_comes_from_outside_is_text_on_every_page(api: Api) -> None:
    tell(api, title=EVIL, sentence=EVIL)
    kept(api, subject=EVIL)
    with api.store.write() as work:
        failing = {"state": "failing", "reason": EVIL, "failing_since": clock.now()}
        work.session.add(Source(id="s", name=EVIL, url="https://star.example/", created_at=clock.now(), **failing))
    for path in ("/", "/mail", "/mail/msg_1", f"/mail/{EVIL}", f"/{EVIL}", f"/?x={EVIL}", f"/in/{EVIL}", f"/c/{EVIL}"):
        answer = api.call("GET", path)
        shown = lxml.html.document_fromstring(answer.text)
        assert not shown.xpath(
            "//script[not(starts-with(@src, '/static/'))] | //img | //@onerror | //style | //@style"
        ), path
    assert EVIL in page(api).text_content()


@pytest.mark.parametrize("path", ["/", "/sign-in", "/docs", "/mail", "/nowhere", "/in/x", "/c/x"])
def test_every_page_carries_its_policy(api: Api, path: str) -> None:
    answer = api.call("GET", path)
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; connect-src 'self'; style-src 'self'; img-src 'self'; script-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SUBSCRIBER])
def test_following_every_link_changes_nothing(api: Api, role: Role) -> None:
    tell(api)
    kept(api)
    before, waiting, seen = api.rows(), ["/", "/docs", "/mail"], set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = api.call("GET", path, role=role)
        assert answer.status_code in (200, 403), path
        waiting += _links(answer, path)
    assert len(seen) > 4
    assert api.rows() == before


def _links(answer: httpx2.Response, path: str) -> list[str]:
    if not answer.headers["content-type"].startswith("text/html"):
        return []
    found = lxml.html.document_fromstring(answer.text).xpath("//@href | //@src")
    return [urljoin(path, link).partition("#")[0] for link in found if not link.startswith("http")]


def test_pages_are_whole_documents_with_one_headline(api: Api) -> None:
    kept(api)
    for path, status in (
        ("/", 200),
        ("/docs", 200),
        ("/mail", 200),
        ("/mail/msg_1", 200),
        ("/sign-in", 200),
        ("/x", 404),
    ):
        shown = page(api, path, status=status)
        assert shown.get("lang") == "en"
        assert len(shown.xpath("//h1")) == 1
        assert len(shown.xpath("//main[@id='main']")) == 1
        levels = [int(head.tag[1]) for head in shown.iter("h1", "h2", "h3")]
        assert all(after - before <= 1 for before, after in pairwise(levels)), (path, levels)


def test_the_style_sheet_is_the_only_file(api: Api) -> None:
    answer = api.call("GET", "/static/tocsin.css", role=None)
    assert answer.headers["content-type"].startswith("text/css")
    assert "max-age" in answer.headers["cache-control"]
    for name in ("..%2fsite.py", "%2e%2e/site.py", "x.css", "tocsin.css/"):
        assert api.call("GET", f"/static/{name}", role=None).status_code == 404


def test_what_a_reader_says_of_an_alert_is_kept_on_its_page(api: Api) -> None:
    path = f"/alerts/{tell(api)}"

    def say(word: str, role: Role = Role.SUBSCRIBER) -> httpx2.Response:
        return api.call("POST", f"{path}/feedback", role=role, data={"say": word})

    assert say("relevant").headers["location"] == f"{path}?said=told"
    pressed = "//button[@aria-pressed='true']/@value"
    assert lxml.html.document_fromstring(api.call("GET", path, role=Role.SUBSCRIBER).text).xpath(pressed) == [
        "relevant"
    ]
    assert say("mute").headers["location"] == f"{path}?said=story-muted"
    assert "Hear this story again" in api.call("GET", path, role=Role.SUBSCRIBER).text
    assert say("unmute").headers["location"] == f"{path}?said=story-heard"
    assert say("nonsense").status_code == 422
    assert say("relevant", Role.OPERATOR).status_code == 403


def test_stories_lead_to_their_articles_and_readers_see_their_own(api: Api) -> None:
    tell(api, title=EVIL)
    shown = lxml.html.document_fromstring(api.call("GET", "/stories").text)
    link = next(one.get("href") for one in shown.iter("a") if one.text_content() == EVIL)
    assert link.startswith("/articles?story=")
    assert EVIL in lxml.html.document_fromstring(api.call("GET", link).text).text_content()
    article = api.v1("GET", "articles").json()["items"][0]["id"]
    assert article in api.call("GET", f"/articles?article={article}").text
    heard = lxml.html.document_fromstring(api.call("GET", "/stories", role=Role.SUBSCRIBER).text).text_content()
    assert EVIL in heard


def test_articles_are_listed_for_operators_by_state_and_source(api: Api) -> None:
    tell(api, title=EVIL)
    assert EVIL in lxml.html.document_fromstring(api.call("GET", "/articles?state=matched").text).text_content()
    assert "Nothing waits" in api.call("GET", "/articles?state=new").text
    assert api.call("GET", "/articles?state=lost").status_code in (400, 422)
    assert api.call("GET", "/articles", role=Role.SUBSCRIBER).status_code == 403
