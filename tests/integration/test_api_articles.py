"""Taking in articles: repeats, revisions, batches, mistakes, keys of requests; and showing what was read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.store.states import Role
from services.store.tables import Article
from tests.integration.api import ARTICLE, Api, problem, running


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("api")) as one:
        yield one


@pytest.fixture
def anywhere(tmp_path: Path, database_url: str) -> Iterator[Api]:
    """An application on each engine."""
    with running(tmp_path, database_url) as one:
        yield one


def test_an_article_is_taken_in_and_shown(api: Api) -> None:
    body = ARTICLE | {"external_id": "shown", "url": "https://paper.example/1", "published": "2026-11-19T09:12:04-08:00",
                      "updated": "2026-11-19T17:13:00Z", "language": "EN-us", "authors": ["A. B."], "source": "Valley  Register"}  # fmt: skip
    taken = api.v1("POST", "articles", json=body)
    assert (taken.status_code, taken.json()["state"]) == (202, "new")
    shown = api.v1("GET", f"articles/{taken.json()['id']}").json()
    expected = {"state": "new", "story": None, "places": [], "zones": [], "source": "Valley Register", "language": "en",
                "published": "2026-11-19T17:12:04Z", "updated": "2026-11-19T17:13:00Z", "authors": ["A. B."],
                "external_id": "shown", "url": "https://paper.example/1", "title": "Council votes", "revision": 1}  # fmt: skip
    assert shown | expected == shown


def test_an_odd_date_is_marked(api: Api) -> None:
    for published, mark in (("2999-01-01T00:00:00Z", "future"), ("2020-01-01T00:00:00Z", "late")):
        given = ARTICLE | {"external_id": mark, "published": published}
        shown = api.v1("GET", f"articles/{api.v1('POST', 'articles', json=given).json()['id']}").json()
        assert (shown["date_mark"], shown["claimed"]) == (mark, published)


def test_every_repeat_gets_the_same_answer(api: Api) -> None:
    body = ARTICLE | {"external_id": "again"}
    first = api.v1("POST", "articles", json=body)
    with api.store.write() as work:
        row = work.session.get_one(Article, first.json()["id"])
        row.state = "matched"
        work.session.add(row)
    assert api.v1("POST", "articles", json=body).json() == first.json()


def test_a_changed_text_is_a_new_revision(api: Api) -> None:
    body = ARTICLE | {"external_id": "changed"}
    first, second = (api.v1("POST", "articles", json=body | {"text": text}).json()["id"] for text in ("One.", "Two."))
    assert first != second
    assert api.v1("GET", f"articles/{second}").json()["revision"] == 2


def test_the_same_id_from_two_sources_is_two_articles(api: Api) -> None:
    ids = {api.v1("POST", "articles", json=ARTICLE | {"source": name}).json()["id"] for name in ("One", "Two")}
    assert len(ids) == 2


def test_a_batch_is_answered_in_its_order(api: Api) -> None:
    batch = [ARTICLE | {"external_id": f"b{n}"} for n in range(500)]
    answer = api.v1("POST", "articles", json={"articles": batch})
    assert answer.status_code == 202
    items = answer.json()["items"]
    assert len({item["id"] for item in items}) == 500
    assert api.v1("GET", f"articles/{items[321]['id']}").json()["external_id"] == "b321"


def test_a_batch_with_one_mistake_changes_nothing(api: Api) -> None:
    before = api.rows()
    batch = [ARTICLE | {"external_id": f"none{n}", "source": "Never made"} for n in range(3)]
    batch[2]["text"] = "x" * (1 << 20) + "x"
    said = problem(api.v1("POST", "articles", json={"articles": batch}), 422)
    assert said["pointer"] == "/articles/2/text"
    assert api.rows() == before


MISTAKES = [
    ({}, "/external_id"),
    (ARTICLE | {"id": "x"}, "/id"),
    (ARTICLE | {"state": "matched"}, "/state"),
    (ARTICLE | {"story_id": "x"}, "/story_id"),
    (ARTICLE | {"html": "<p>x"}, ""),
    ({"external_id": "x"}, ""),
    (ARTICLE | {"external_id": 5}, "/external_id"),
    (ARTICLE | {"external_id": " "}, "/external_id"),
    (ARTICLE | {"external_id": "x" * 1025}, "/external_id"),
    (ARTICLE | {"text": " \n"}, "/text"),
    (ARTICLE | {"text": "x" * ((1 << 20) + 1)}, "/text"),
    (ARTICLE | {"title": ["x"]}, "/title"),
    (ARTICLE | {"title": "x" * 1001}, "/title"),
    (ARTICLE | {"url": "javascript:alert(1)"}, "/url"),
    (ARTICLE | {"url": "ftp://paper.example/"}, "/url"),
    (ARTICLE | {"url": "https://"}, "/url"),
    (ARTICLE | {"url": "https://[::1"}, "/url"),
    (ARTICLE | {"url": "https://a b"}, "/url"),
    (ARTICLE | {"published": "2026-11-19"}, "/published"),
    (ARTICLE | {"published": "2026-11-19T09:13:31"}, "/published"),
    (ARTICLE | {"published": "2026-13-19T09:13:31Z"}, "/published"),
    (ARTICLE | {"published": "0001-01-01T00:00:00+14:00"}, "/published"),
    (ARTICLE | {"published": 1763543611}, "/published"),
    (ARTICLE | {"language": "english"}, "/language"),
    (ARTICLE | {"authors": "A. B."}, "/authors"),
    (ARTICLE | {"authors": ["A", 5]}, "/authors/1"),
    (ARTICLE | {"authors": ["A"] * 101}, "/authors"),
    (ARTICLE | {"source": ""}, "/source"),
    (ARTICLE | {"source": "x" * 121}, "/source"),
    ({"articles": []}, "/articles"),
    ({"articles": [ARTICLE] * 501}, "/articles"),
    ({"articles": ARTICLE}, "/articles"),
    ({"articles": [ARTICLE], "source": "x"}, "/source"),
    ({"articles": [ARTICLE, ARTICLE | {"a/b~": 1}]}, "/articles/1/a~1b~0"),
    ({"articles": [ARTICLE, None]}, "/articles/1"),
    ([ARTICLE], ""),
    ("text", ""),
    (None, ""),
]


@pytest.mark.parametrize(("body", "pointer"), MISTAKES)
def test_a_mistake_is_named_with_its_place_and_changes_nothing(api: Api, body: object, pointer: str) -> None:
    before = api.rows()
    assert problem(api.v1("POST", "articles", json=body), 422)["pointer"] == pointer
    assert api.rows() == before


def test_an_unknown_field_is_refused_by_its_name(api: Api) -> None:
    said = problem(api.v1("POST", "articles", json=ARTICLE | {"headline": "x", "body": "y"}), 422)
    assert said["detail"] == 'There is no field "headline" here'
    assert [error["pointer"] for error in said["errors"]] == ["/headline", "/body"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b'{"external_id":"a","external_id":"b","text":"x"}', 400),
        (b"[" * 100_000, 400),
        (b'{"external_id":"a","text":NaN}', 422),
        (b'{"external_id":"a","text":"\\ud800"}', 422),
        (b'{"external_id":"a\\u0000","text":"x"}', 422),
        (b"x" * (8 * 1024 * 1024 + 1), 413),
    ],
)
def test_bodies_that_are_no_json_of_ours_are_refused(api: Api, content: bytes, status: int) -> None:
    before = api.rows()
    problem(api.v1("POST", "articles", content=content, headers={"Content-Type": "application/json"}), status)
    assert api.rows() == before


@pytest.mark.parametrize(
    "headers",
    [{"Content-Type": "text/plain"}, {"Content-Type": "application/json", "Content-Encoding": "gzip"}],
)
def test_other_types_and_codings_are_refused(api: Api, headers: dict[str, str]) -> None:
    problem(api.v1("POST", "articles", content=b'{"external_id":"a","text":"x"}', headers=headers), 415)


@pytest.mark.parametrize(
    "text", ["' OR 1=1; --", "100% _ \\ %s {x}", "$(id) `id`", "<script>alert(1)</script>", "‮evil", "ﷺ🔔"]
)
def test_signs_that_mean_something_elsewhere_are_kept_as_text(api: Api, text: str) -> None:
    answer = api.v1("POST", "articles", json={"external_id": text, "title": text, "text": text, "source": text})
    shown = api.v1("GET", f"articles/{answer.json()['id']}").json()
    assert (shown["external_id"], shown["title"], shown["source"]) == (text, text, text)


def test_the_key_of_a_request_gets_its_first_answer_again(api: Api) -> None:
    headers = {"Idempotency-Key": "k 1"}
    first = api.v1("POST", "articles", json=ARTICLE | {"external_id": "key"}, headers=headers)
    again = api.v1("POST", "articles", json=ARTICLE | {"external_id": "key"}, headers=headers)
    assert (again.status_code, again.content) == (202, first.content)
    before = api.rows()
    said = problem(api.v1("POST", "articles", json=ARTICLE | {"external_id": "other"}, headers=headers), 422)
    assert "Idempotency-Key" in said["detail"]
    assert api.rows() == before


def test_a_key_is_of_another_request_if_the_source_is_another(api: Api) -> None:
    headers, body = {"Idempotency-Key": "of a source"}, ARTICLE | {"external_id": "whose"}
    first = api.v1("POST", "articles?source=Ledger", json=body, headers=headers)
    again = api.v1("POST", "articles?source=Ledger", json=body, headers=headers)
    assert (again.status_code, again.content) == (202, first.content)
    for path in ("articles?source=Courier", "articles"):
        problem(api.v1("POST", path, json=body, headers=headers), 422)
    assert api.v1("GET", "sources/Courier").status_code == 404


def test_a_key_knows_its_request_whatever_letters_it_is_written_in(api: Api) -> None:
    body = json.dumps(ARTICLE | {"external_id": "señal"}, ensure_ascii=False).encode()
    headers = {"Idempotency-Key": "ñ".encode().hex(), "Content-Type": "application/json"}
    first, again = (api.v1("POST", "articles", content=body, headers=headers) for _ in range(2))
    assert (again.status_code, again.content) == (202, first.content)


def test_a_key_belongs_to_its_client(api: Api) -> None:
    headers = {"Idempotency-Key": "shared"}
    for role, name in ((Role.ADMIN, "one"), (Role.OPERATOR, "two")):
        answer = api.v1("POST", "articles", json=ARTICLE | {"external_id": name}, headers=headers, role=role)
        assert answer.status_code == 202


def test_a_request_that_was_refused_leaves_its_key_free(api: Api) -> None:
    headers = {"Idempotency-Key": "free"}
    problem(api.v1("POST", "articles", json={"external_id": "free"}, headers=headers), 422)
    assert api.v1("POST", "articles", json=ARTICLE | {"external_id": "free"}, headers=headers).status_code == 202


@pytest.mark.parametrize("key", [b"", b"x" * 256, b"a\x01", b"\xc3\xa9", b"a\tb"])
def test_a_key_that_is_none_is_refused(api: Api, key: bytes) -> None:
    before = api.rows()
    problem(api.v1("POST", "articles", json=ARTICLE, headers={"Idempotency-Key": key}), 400)
    assert api.rows() == before


def test_many_requests_with_one_key_at_once_make_one_article(anywhere: Api) -> None:
    before = anywhere.rows()

    def push(_: int) -> bytes:
        answer = anywhere.v1("POST", "articles", json=ARTICLE, headers={"Idempotency-Key": "one"})
        assert answer.status_code == 202, answer.text
        return answer.content

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(push, range(50)))
    assert len(answers) == 1
    after = anywhere.rows()
    assert {name: after[name] - before[name] for name in ("article", "idempotency", "source")} == {
        "article": 1, "idempotency": 1, "source": 1,
    }  # fmt: skip


def test_many_new_sources_at_once_are_made_once(anywhere: Api) -> None:
    def push(n: int) -> int:
        body = ARTICLE | {"external_id": str(n), "source": f"S{n % 2}"}
        return anywhere.v1("POST", "articles", json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(push, range(16)))
    assert set(answers) == {202}
    assert anywhere.rows()["source"] == 2


def test_an_article_that_was_read_is_shown_with_its_zones(api: Api) -> None:
    id_ = api.v1("POST", "articles", json=ARTICLE | {"external_id": "zones"}).json()["id"]
    text = "First here.\n\nREAD MORE: There"
    with api.store.write() as work:
        row = work.session.get_one(Article, id_)
        row.read_at, row.text, row.passages = row.seen_at, text, [["lead", 0, 11], ["teaser", 13, 29]]
        row.state, row.reason = "set_aside", "old"
        work.session.add(row)
    shown = api.v1("GET", f"articles/{id_}").json()
    assert shown["zones"] == [
        {"zone": "title", "start": None, "end": None, "text": "Council votes"},
        {"zone": "lead", "start": 0, "end": 11, "text": "First here."},
        {"zone": "teaser", "start": 13, "end": 29, "text": "READ MORE: There"},
    ]
    assert (shown["state"], shown["reason"], shown["text"]) == ("set_aside", "old", text)
