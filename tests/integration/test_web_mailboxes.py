"""The form that watches a mailbox, on the page of sources."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pytest

from services.store import sources
from services.store.secrets import open_vault
from services.store.states import Role
from tests.integration.api import Api, running

SERVER = {"kind": "mailbox", "host": "127.0.0.1", "user": "reader@paper.example", "password": "pa:ss/w@rd %20é"}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with running(tmp_path, mail_folders=(str(tmp_path / "mail"),)) as one:
        yield one


def post(api: Api, role: Role = Role.OPERATOR, **fields: str):
    return api.call("POST", "/sources", role=role, data=fields)


def test_the_page_has_a_form_for_staff_only(api: Api) -> None:
    assert 'name="maildir"' in api.call("GET", "/sources", role=Role.OPERATOR).text
    assert 'name="maildir"' not in api.call("GET", "/sources", role=Role.SUBSCRIBER).text
    assert post(api, Role.SUBSCRIBER, **SERVER).status_code == 403


def test_a_folder_of_a_mail_server_is_watched_and_its_password_sealed(api: Api) -> None:
    assert post(api, **SERVER, folder="News/Städte", name="Letters").status_code == 303
    with api.store.read() as session:
        row = sources.get(session, "Letters")
    assert row.url == "imaps://127.0.0.1/News/St%C3%A4dte"
    opened = open_vault(api.settings.key_file).open(row.secret_sealed or "")
    assert opened == f"{SERVER['user']}:{SERVER['password']}"
    assert "w@rd" not in api.call("GET", f"/sources/{row.id}", role=Role.OPERATOR).text


def test_a_maildir_is_watched_by_its_path(api: Api, tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    mailbox.Maildir(str(tmp_path / "mail" / "town news"), create=True)
    assert post(api, kind="mailbox", maildir=f"{tmp_path}/mail/town news").status_code == 303
    (row,) = api.v1("GET", "sources").json()["items"]
    assert row["name"] == "town news"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"host": ""}, "host"), ({"user": ""}, "user"), ({"password": ""}, "password"), ({"user": "a:b"}, "user"),
        ({"host": "evil.example/x"}, "host"), ({"host": "a@evil.example"}, "host"), ({"host": "10.0.0.1"}, "host"),
        ({"host": "mail.example:port"}, "host"), ({"maildir": "/var/mail"}, "maildir"),
        ({"host": "", "user": "", "password": "", "maildir": "/etc"}, "maildir"),
    ],
)  # fmt: skip
def test_a_mistake_stands_at_its_field_and_the_password_is_not_repeated(api: Api, changed: dict, field: str) -> None:
    answer = post(api, **(SERVER | changed))
    assert answer.status_code == 422
    shown = lxml.html.document_fromstring(answer.text)
    assert shown.xpath("//*[@aria-invalid='true']/@name") == [field]
    assert shown.xpath("//input[@name='password']/@value") == []
    assert "w@rd" not in answer.text
    assert api.v1("GET", "sources").json()["items"] == []
