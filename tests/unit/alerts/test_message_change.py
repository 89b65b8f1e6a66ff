"""What a later text changed, in every message of an update or a correction, and in none of a story told first."""

from __future__ import annotations

import json
from dataclasses import replace

import lxml.html
import pytest

from services.alerts.body import webhook_body
from services.alerts.change import Change, Changed
from services.alerts.chat import FORMS, render_chat
from services.alerts.mail import render_mail
from services.alerts.message_change import change_line, change_rows
from tests.unit.alerts.message_examples import COUNCIL, DAILY, FOOT, RENT

ROWS = [
    ("Correction", "An earlier version said 5 per cent."),
    ("Headline was", "Pasadena board raises the rent cap to 5 per cent"),
    ("Before", "The board voted for rent increases of up to 5 per cent."),
    ("Now", "The board voted for rent increases of up to 3 per cent."),
    ("", "and 2 more sentences"),
]
LONG = Changed(Change.UPDATE, added=tuple(f"Sentence {n} {'says it at length ' * 30}" for n in range(9)))


def test_the_rows_say_what_it_says_of_itself_what_went_and_what_came() -> None:
    assert change_rows(RENT) == ROWS
    assert change_rows(replace(RENT, kind="new")) == []
    assert change_rows(COUNCIL) == []


def test_of_many_sentences_the_first_are_told_and_the_others_counted() -> None:
    rows = change_rows(replace(RENT, changed=LONG))
    assert [label for label, _ in rows] == ["Now", "Now", "Now", ""]
    assert rows[-1] == ("", "and 6 more sentences")
    assert all(len(text) <= 300 for _, text in rows)


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (RENT.changed, "Correction: An earlier version said 5 per cent."),
        (Changed(Change.UPDATE, added=("A came.", "B came."), gone=("C went.",)), "Now: A came."),
        (Changed(Change.UPDATE, gone=("C went.",)), "Before: C went."),
        (Changed(Change.UPDATE, title=("Two hurt", "Three hurt")), "Headline was: Two hurt"),
        (None, ""),
    ],
)
def test_one_line_says_what_changed_most(changed: Changed | None, line: str) -> None:
    assert change_line(replace(RENT, changed=changed)) == line


def test_a_mail_has_it_as_text_and_as_html() -> None:
    mail = render_mail(RENT, FOOT)
    assert "WHAT CHANGED\n\nCorrection    " in mail.text
    assert "Before        The board voted for rent increases of up to 5 per cent." in mail.text
    assert mail.text.index("WHAT CHANGED") < mail.text.index("WHY YOU GOT THIS")
    cells = [cell.text_content() for cell in lxml.html.fromstring(mail.html).iter("td")]
    for label, text in ROWS:
        assert text in cells
        assert not label or label in cells
    assert "What changed" not in render_mail(COUNCIL, FOOT).html


def test_a_digest_has_the_line_of_each_changed_story() -> None:
    mail = render_mail(DAILY, FOOT)
    assert "Correction: An earlier version said 5 per cent." in mail.text
    assert change_line(RENT) in lxml.html.fromstring(mail.html).text_content()


@pytest.mark.parametrize("service", sorted(FORMS))
@pytest.mark.parametrize("changed", [RENT.changed, LONG], ids=["short", "long"])
def test_a_chat_message_has_it_and_keeps_to_its_length(service: str, changed: Changed) -> None:
    told = render_chat(replace(RENT, changed=changed), FOOT, service)
    assert len(told.body) <= FORMS[service].limit
    assert ("5 per cent" if changed is RENT.changed else "Sentence 0") in told.body or FORMS[service].limit == 160


def test_a_webhook_has_it_as_the_api_has_it() -> None:
    data = json.loads(webhook_body(RENT, "msg_1"))["data"]
    assert data["changed"] == {
        "kind": "correction", "since": "ar0", "added": [RENT.changed.added[0], RENT.changed.added[1]],
        "gone": list(RENT.changed.gone), "title": list(RENT.changed.title), "more": 2,
        "corrections": list(RENT.changed.corrections),
    }  # fmt: skip
    assert json.loads(webhook_body(COUNCIL, "msg_1"))["data"]["changed"] is None


def test_what_is_kept_is_read_back_as_it_was() -> None:
    for changed in (RENT.changed, LONG, Changed(Change.NONE, since="a")):
        assert Changed.from_json(json.loads(json.dumps(changed.to_json()))) == changed
