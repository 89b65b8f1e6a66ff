"""Becoming a person: invited, or by signing up where that is open; once, in time, and nobody learns who is here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services import clock
from services.accounts import tries
from services.store import people, teams
from services.store.states import Role
from services.store.tables import Audit, BrowserSession, Channel, Invitation, Person, SignInTry
from tests.integration.api import Api, problem, running
from tests.parts import until

NEW = "new@example.org"


@pytest.fixture(scope="module", params=["invitation"])
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("invited"), sign_up=request.param) as one:
        yield one


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("open"), sign_up="open") as one:
        yield one


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("closed"), sign_up="closed") as one:
        yield one


def mails(api: Api, to: str) -> list[str]:
    folder = api.settings.data / "mail"
    found = [file.read_text() for file in sorted(folder.glob("*.eml"), key=lambda f: f.stat().st_mtime_ns)]
    return [mail for mail in found if f"To: {to}" in mail]


def link_to(api: Api, address: str, before: int = 0) -> str:
    """Give the path in the newest mail to an address, once it is there."""
    until(lambda: len(mails(api, address)) > before, "the mail", 20)
    return re.search(r"(/(?:join|in)/[\w-]+)", mails(api, address)[-1].replace("=\n", ""))[1]


def invited(api: Api, address: str, role: Role = Role.ADMIN, **given) -> str:
    before = len(mails(api, address))
    answer = api.v1("POST", "invitations", role=role, json={"email": address, **given})
    assert answer.status_code == 201, answer.text
    return link_to(api, address, before)


def join(api: Api, path: str, **fields):
    return api.call("POST", path, role=None, data={"name": "New", "timezone": "Europe/Berlin", **fields})


def test_an_invitation_makes_a_person_with_an_active_channel_in_the_team_and_a_session(api: Api) -> None:
    team = api.made("teams", name="Desk")
    path = invited(api, NEW, team=team["id"])
    page = api.call("GET", path, role=None)
    assert page.status_code == 200
    assert NEW in page.text
    answer = join(api, path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/start")
    with api.store.read() as session:
        row = people.by_address(session, NEW)
        assert (row.role, row.timezone) == (Role.SUBSCRIBER, "Europe/Berlin")
        assert teams.of(session, row.id) == {team["id"]}
        (channel,) = session.scalars(select(Channel).where(Channel.person == row.id))
        assert (channel.kind, channel.state) == ("email", "active")
        assert session.scalars(select(BrowserSession).where(BrowserSession.person == row.id)).first()
    api.client.cookies.clear()


def test_a_link_works_once_and_looking_does_not_use_it(api: Api) -> None:
    path = invited(api, "once@example.org")
    for _ in range(3):
        assert api.call("GET", path, role=None).status_code == 200
    assert join(api, path).status_code == 303
    api.client.cookies.clear()
    assert join(api, path).status_code == 410
    assert api.call("GET", path, role=None).status_code == 410


def test_a_mistake_in_the_form_uses_nothing_up(api: Api) -> None:
    path = invited(api, "mistaken@example.org")
    answer = join(api, path, timezone="Mars/Olympus")
    assert answer.status_code == 422
    assert "Mars/Olympus" in answer.text
    assert join(api, path).status_code == 303
    api.client.cookies.clear()


@pytest.mark.parametrize("how", ["expired", "taken back", "replaced", "forged"])
def test_a_link_that_is_over_makes_nobody(api: Api, how: str) -> None:
    address = f"{how.replace(' ', '-')}@example.org"
    path = invited(api, address)
    with api.store.read() as session:
        row = session.scalars(select(Invitation).where(Invitation.email == address)).one()
    if how == "expired":
        with api.store.write() as work:
            past = clock.now() - timedelta(seconds=1)
            work.session.execute(update(Invitation).where(Invitation.id == row.id).values(expires_at=past))
    elif how == "taken back":
        assert api.v1("DELETE", f"invitations/{row.id}", role=Role.OPERATOR).status_code == 204
    elif how == "replaced":
        assert invited(api, address) != path
    else:
        path = path[:-4] + "AAAA"
    assert join(api, path).status_code == 410
    with api.store.read() as session:
        assert people.by_address(session, address) is None


def test_operators_invite_subscribers_only_and_a_narrow_token_no_more(api: Api) -> None:
    invited(api, "by-operator@example.org", role=Role.OPERATOR)
    for role in ("operator", "admin"):
        body = {"email": "more@example.org", "role": role}
        assert problem(api.v1("POST", "invitations", role=Role.OPERATOR, json=body), 422)["pointer"] == "/role"
        narrow = api.token(Role.ADMIN, ("ops",))
        assert problem(api.v1("POST", "invitations", token=narrow, json=body), 422)["pointer"] == "/role"
    problem(api.v1("POST", "invitations", role=Role.SUBSCRIBER, json={"email": "x@example.org"}), 403)
    assert invited(api, "an-admin@example.org", role=Role.ADMIN)


def test_who_is_here_already_is_not_invited_and_bad_addresses_are_called_out(api: Api) -> None:
    said = problem(api.v1("POST", "invitations", json={"email": "Subscriber@Example.org"}), 409)
    assert said["pointer"] == "/email"
    for address in ("a@b, c@d", "nobody", "x@example.org\r\nBcc: y@example.org", ""):
        assert problem(api.v1("POST", "invitations", json={"email": address}), 422)["pointer"] == "/email"


def test_the_link_is_in_no_answer_no_table_and_no_audit_line(api: Api) -> None:
    secret = invited(api, "secret@example.org").rpartition("/")[2]
    listed = api.v1("GET", "invitations?limit=200").text
    assert "secret@example.org" in listed
    assert secret not in listed
    with api.store.read() as session:
        said = [f"{row.object} {row.before} {row.after}" for row in session.scalars(select(Audit))]
        kept = [row.sha256 for row in session.scalars(select(Invitation))]
    assert not any(secret in line for line in [*said, *kept])


def test_nobody_signs_up_by_themselves_unless_it_is_open(api: Api, closed: Api) -> None:
    for one in (api, closed):
        assert one.call("GET", "/sign-up", role=None).status_code == 404
        assert one.call("POST", "/sign-up", role=None, data={"email": NEW}).status_code == 404
        assert "/sign-up" not in one.call("GET", "/sign-in", role=None).text
    assert "closed" in problem(closed.v1("POST", "invitations", json={"email": NEW}), 409)["detail"]


def test_signing_up_confirms_the_address_before_anything_is_there(opened: Api) -> None:
    answer = opened.call("POST", "/sign-up", role=None, data={"email": "Self@Example.org"})
    assert answer.status_code == 200
    with opened.store.read() as session:
        assert people.by_address(session, "self@example.org") is None
    assert join(opened, link_to(opened, "self@example.org")).status_code == 303
    opened.client.cookies.clear()
    with opened.store.read() as session:
        assert people.by_address(session, "self@example.org").role == Role.SUBSCRIBER
    assert "/sign-up" in opened.call("GET", "/sign-in", role=None).text


def test_a_known_address_is_answered_as_an_unknown_one_and_gets_a_link_to_sign_in(opened: Api) -> None:
    known = opened.call("POST", "/sign-up", role=None, data={"email": "subscriber@example.org"})
    unknown = opened.call("POST", "/sign-up", role=None, data={"email": "stranger@example.org"})
    assert known.text.replace("subscriber@", "?@") == unknown.text.replace("stranger@", "?@")
    assert link_to(opened, "subscriber@example.org").startswith("/in/")
    assert link_to(opened, "stranger@example.org").startswith("/join/")


def test_who_signs_up_with_somebodys_address_takes_no_invitation_away(opened: Api) -> None:
    opened.made("invitations", email="invited@example.org", role="operator")
    link = link_to(opened, "invited@example.org")
    for _ in range(2):
        assert opened.call("POST", "/sign-up", role=None, data={"email": "invited@example.org"}).status_code == 200
    assert opened.call("GET", link, role=None).status_code == 200
    assert opened.call("POST", link, role=None, data={"name": "In"}).status_code == 303
    with opened.store.read() as session:
        assert people.get(session, "invited@example.org").role == Role.OPERATOR


def test_sign_ups_are_slowed_by_where_they_come_from(opened: Api) -> None:
    with opened.store.write() as work:
        work.session.execute(SignInTry.__table__.delete())
    for number in range(tries.SIGN_UPS_AN_HOUR):
        data = {"email": f"many{number}@example.org"}
        assert opened.call("POST", "/sign-up", role=None, data=data).status_code == 200
    answer = opened.call("POST", "/sign-up", role=None, data={"email": "one-more@example.org"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 60
    assert mails(opened, "one-more@example.org") == []


def test_an_admin_changes_a_role_which_ends_sessions_and_the_last_admin_stays(api: Api) -> None:
    made = api.made("people", email="rises@example.org")
    with api.store.write() as work:
        now = clock.now()
        row = BrowserSession(sha256="s" * 64, person=made["id"], created_at=now, seen_at=now, expires_at=now)
        work.session.add(row)
    shown = api.v1("PATCH", f"people/{made['id']}", json={"role": "operator"}).json()
    assert shown["role"] == "operator"
    with api.store.read() as session:
        assert not session.scalars(select(BrowserSession).where(BrowserSession.person == made["id"])).all()
        admins = session.scalars(select(Person.id).where(Person.role == Role.ADMIN)).all()
    body = {"role": "admin"}
    mine = f"people/{api.people[Role.SUBSCRIBER]}"
    assert problem(api.v1("PATCH", mine, role=Role.SUBSCRIBER, json=body), 422)["pointer"] == "/role"
    for one in admins[:-1]:
        assert api.v1("PATCH", f"people/{one}", json={"role": "subscriber"}).status_code in (200, 403)
    with api.store.write() as work:
        work.session.execute(update(Person).where(Person.id.in_(admins[:-1])).values(role=Role.SUBSCRIBER))
        work.session.execute(update(Person).where(Person.id == api.people[Role.ADMIN]).values(role=Role.ADMIN))
        work.session.execute(
            update(Person)
            .where(Person.role == Role.ADMIN, Person.id != api.people[Role.ADMIN])
            .values(role=Role.SUBSCRIBER)
        )
    said = problem(api.v1("PATCH", f"people/{api.people[Role.ADMIN]}", json={"role": "subscriber"}), 409)
    assert "last admin" in said["detail"]
