"""The mail that is kept in the folder, and the link in a mail that confirms a channel."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from services.store.tables import Channel, Delivery
from tests.integration.api import Api
from tests.integration.pages import EVIL, kept, page, text_of


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
