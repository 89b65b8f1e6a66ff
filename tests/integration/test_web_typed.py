"""What was typed into a form and not taken is shown again, but nothing that would let its reader in somewhere."""

from __future__ import annotations

from collections.abc import Iterator

import lxml.html
import pytest

from services.store.states import Role
from tests.integration.api import Api, running

CHAT = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("typed")) as one:
        yield one


def post(api: Api, path: str, role: Role = Role.SUBSCRIBER, **fields: str):
    answer = api.call("POST", path, role=role, data=fields)
    return answer.text, lxml.html.document_fromstring(answer.text)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("https://me:s3cret@10.0.0.1/feed", "https://10.0.0.1/feed"),
        ("me:s3cret@paper.example/feed", "paper.example/feed"),
        ("ftp://s3cret@paper.example/feed", "ftp://paper.example/feed"),
        ("https://me:s3/cret@paper.example/feed", "https://paper.example/feed"),
        ("imaps://me:s3cret@10.0.0.1/INBOX", "imaps://10.0.0.1/INBOX"),
        ("ftp://town.example/@paper.rss", "ftp://town.example/@paper.rss"),
    ],
)
def test_the_password_in_the_address_of_a_feed_is_not_shown_again(api: Api, typed: str, shown: str) -> None:
    text, page = post(api, "/sources", Role.OPERATOR, url=typed)
    assert page.xpath("//input[@name='url']/@value") == [shown]
    assert page.xpath("//*[@aria-invalid='true']/@name") == ["url"]
    assert "s3cret" not in text
    assert "s3/cret" not in text
    assert ("enter them anew" in text) is ("@" in typed and "@" not in shown)


def test_a_password_typed_with_the_host_of_a_mailbox_is_not_shown_again(api: Api) -> None:
    text, page = post(
        api, "/sources", Role.OPERATOR, kind="mailbox", host="me:s3cret@mail.example", user="me", password="s3cret"
    )
    assert page.xpath("//input[@name='host']/@value") == ["mail.example"]
    assert "s3cret" not in text


@pytest.mark.parametrize(
    ("kind", "typed", "shown"),
    [
        ("chat", f"{CHAT}?attach=file", ""), ("email", CHAT, ""), ("webhook", CHAT, ""),
        ("webhook", "https://10.0.0.1/hook/s3cret", ""), ("email", "ana @office.example", "ana @office.example"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/channels", "/subscribe"])
def test_the_address_of_a_webhook_or_chat_is_not_shown_again(
    api: Api, path: str, kind: str, typed: str, shown: str
) -> None:
    text, page = post(api, path, kind=kind, target=typed, query="goat", name="Goats")
    assert page.xpath("//input[@name='target']/@value") == [shown]
    assert page.xpath("//*[@aria-invalid='true']/@name") == ["target"]
    assert page.xpath("//select[@name='kind']/option[@selected]/@value") == [kind]
    assert ("enter it anew" in text) is (shown == "")
    if not shown:
        assert typed[12:30] not in text


def test_a_page_that_is_made_anew_without_a_script_asks_for_a_secret_address_again(api: Api) -> None:
    text, page = post(
        api, "/preview", kind="webhook", target="https://hooks.example/s3cret", query="goat", name="Goats"
    )
    assert page.xpath("//input[@name='target']/@value") == [""]
    assert "The address you typed is not shown again" in text
    assert "s3cret" not in text


def test_no_source_of_a_list_is_called_by_its_password_and_no_refusal_says_it(api: Api) -> None:
    feeds = [f"https://me:s3cret@paper.example/{number}" for number in range(3)]
    outlines = "".join(f'<outline text="Paper" xmlUrl="{url}"/>' for url in [*feeds, "https://me:s3cret@10.0.0.1/"])
    done = api.v1("POST", "opml", json={"opml": f'<opml version="2.0"><body>{outlines}</body></opml>'})
    assert (done.json()["added"], done.json()["refused"][0]["url"]) == (3, "https://10.0.0.1/")
    assert "s3cret" not in done.text + api.v1("GET", "sources").text + api.v1("GET", "audit").text
