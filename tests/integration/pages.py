"""The pages as tests read them, and what is put into the database for a page to show."""

from __future__ import annotations

from email.message import EmailMessage

import lxml.html

from services import clock
from services.channels.mail_folder import MailFolder
from services.channels.outgoing import Outgoing
from services.identity import story_id
from services.store import alerts, articles
from services.store.states import Role
from services.store.tables import Story
from services.store.workers import Presence
from tests.integration.api import ARTICLE, Api

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
