"""The links of a message: they open without signing in, change nothing on GET, and take what the reader says on POST."""

from __future__ import annotations

from sqlalchemy import func, select

from services.reader_links import ReaderLinks
from services.store.reader_tables import Feedback, StoryMute
from services.store.secrets import open_vault
from services.store.states import Role
from tests.integration.api import Api
from tests.integration.pages import EVIL, page, tell, text_of


def links(api: Api) -> ReaderLinks:
    return ReaderLinks("", open_vault(api.settings.key_file))


def rows(api: Api, table: type) -> int:
    with api.store.read() as session:
        return int(session.scalar(select(func.count()).select_from(table)) or 0)


def test_the_page_says_why_and_changes_nothing_when_it_is_opened(api: Api) -> None:
    token = links(api).token(tell(api, title="Council votes", sentence="A sanctuary city."))
    for path in (f"/f/{token}", f"/f/{token}/relevant", f"/f/{token}/mute"):
        answer = api.call("GET", path, role=None)
        assert answer.status_code == 200
        assert "Was this right?" in answer.text
    assert "<mark>sanctuary</mark>" in answer.text
    assert (rows(api, Feedback), rows(api, StoryMute)) == (0, 0)


def test_what_a_reader_says_is_kept_and_the_last_word_counts(api: Api) -> None:
    alert = tell(api)
    token = links(api).token(alert)
    for choice in ("relevant", "place"):
        assert api.call("POST", f"/f/{token}/{choice}", role=None).status_code == 200
    assert api.v1("GET", f"alerts/{alert}").json()["feedback"] == "wrong_place"
    assert rows(api, Feedback) == 1


def test_a_story_is_muted_and_heard_again(api: Api) -> None:
    token = links(api).token(tell(api))
    assert "Muted." in api.call("POST", f"/f/{token}/mute", role=None).text
    assert rows(api, StoryMute) == 1
    assert "No longer muted" in api.call("POST", f"/f/{token}/unmute", role=None).text
    assert rows(api, StoryMute) == 0


def test_a_link_that_was_not_given_out_leads_nowhere(api: Api) -> None:
    alert, other = tell(api), tell(api, title="Another")
    mark = links(api).token(alert).partition(".")[2]
    for token in (alert, f"{alert}.", f"{alert}.{mark[:-1]}", f"{other}.{mark}", f"{alert}.{mark}é", "x.y"):
        assert api.call("GET", f"/f/{token}", role=None).status_code == 404
        assert api.call("POST", f"/f/{token}/mute", role=None).status_code == 404
    assert api.call("POST", f"/f/{links(api).token(alert)}/delete", role=None).status_code == 404


def test_texts_from_outside_are_text_on_the_page(api: Api) -> None:
    token = links(api).token(tell(api, title=EVIL, sentence=EVIL))
    shown = page(api, f"/f/{token}")
    assert not shown.xpath("//main//script | //main//img")
    assert "<script>" in text_of(shown)


def test_feedback_and_mute_by_the_api_are_the_owners(api: Api) -> None:
    alert = tell(api, role=Role.SUBSCRIBER)
    sent = {"verdict": "wrong_sense"}
    assert api.v1("POST", f"alerts/{alert}/feedback", json=sent, role=Role.OPERATOR).status_code == 403
    answer = api.v1("POST", f"alerts/{alert}/feedback", json=sent, role=Role.SUBSCRIBER)
    assert (answer.status_code, answer.json()["feedback"]) == (201, "wrong_sense")
    subscription = answer.json()["subscription"]
    found = api.v1("GET", f"subscriptions/{subscription}/proposal", role=Role.SUBSCRIBER).json()
    assert found["query"]
    assert api.v1("POST", f"alerts/{alert}/mute", role=Role.SUBSCRIBER).status_code == 200
    assert rows(api, StoryMute) == 1
    mine = tell(api, title="Of the admin", role=Role.ADMIN)
    assert api.v1("POST", f"alerts/{mine}/feedback", json=sent, role=Role.SUBSCRIBER).status_code == 404


def test_how_a_person_is_told_can_be_changed(api: Api) -> None:
    me = api.people[Role.SUBSCRIBER]
    sent = {"quiet": {"begins": "22:00", "ends": "7:00"}, "digest_at": "18:15", "digest_day": "friday"}
    answer = api.v1("PATCH", f"people/{me}", json=sent, role=Role.SUBSCRIBER)
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["quiet"], shown["digest_at"]) == ({"begins": "22:00", "ends": "07:00"}, "18:15")
    assert (shown["digest_day"], shown["empty_digests"]) == ("friday", False)
    assert api.v1("PATCH", f"people/{me}", json={"quiet": None}, role=Role.SUBSCRIBER).json()["quiet"] is None
    bad = api.v1("PATCH", f"people/{me}", json={"digest_at": "25:00"}, role=Role.SUBSCRIBER)
    assert (bad.status_code, bad.json()["pointer"]) == (422, "/digest_at")
    assert "07:30" in bad.json()["detail"]
    other = api.people[Role.ADMIN]
    assert api.v1("PATCH", f"people/{other}", json=sent, role=Role.SUBSCRIBER).status_code == 404


def test_a_subscription_is_muted_snoozed_and_noted(api: Api) -> None:
    made = api.subscription(Role.SUBSCRIBER)
    sent = {"muted": True, "snoozed_until": "2099-01-01T00:00:00Z", "note": "For the memo", "urgent": True}
    shown = api.v1("PATCH", f"subscriptions/{made['id']}", json=sent, role=Role.SUBSCRIBER).json()
    assert (shown["muted"], shown["note"], shown["urgent"]) == (True, "For the memo", True)
    assert shown["snoozed_until"].startswith("2099-01-01")
    wake = {"snoozed_until": None, "muted": False}
    shown = api.v1("PATCH", f"subscriptions/{made['id']}", json=wake, role=Role.SUBSCRIBER).json()
    assert (shown["muted"], shown["snoozed_until"]) == (False, None)
    past = {"snoozed_until": "2001-01-01T00:00:00Z"}
    assert api.v1("PATCH", f"subscriptions/{made['id']}", json=past, role=Role.SUBSCRIBER).status_code == 422
