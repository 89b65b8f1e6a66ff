"""A mail is signed, comes back to an address of its own, and a report about it ends mail to a mailbox that is gone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from services import reader_acts
from services.channels.dkim import signer
from services.errors import InvalidError
from services.store.states import ChannelState
from services.store.tables import Channel, Delivery
from services.store.work import Store
from tests.builders import VAULT
from tests.town import Town
from tests.unit.alerts.test_bounce import report


def a_key(folder: Path) -> Path:
    path = folder / "dkim.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(path), "2048"], check=True, capture_output=True)
    return path


def test_a_mail_is_signed_so_that_its_headers_cannot_be_changed(tmp_path: Path) -> None:
    import dkim
    from cryptography.hazmat.primitives import serialization

    key = a_key(tmp_path)
    sign = signer(key, "tocsin", "office.example")
    assert sign is not None
    mail = (
        b"From: Tocsin <a@office.example>\r\nTo: ana@example.org\r\nSubject: Council votes\r\n"
        b"List-Unsubscribe: <https://tocsin.example/u/x>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\n.dot\r\n"
    )
    signed = sign(mail)
    assert signed.endswith(mail)
    public = serialization.load_pem_private_key(key.read_bytes(), None).public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    import base64

    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)

    def verify(what: bytes) -> bool:
        return dkim.verify(what, dnsfunc=lambda *_, **__: record)

    assert verify(signed)
    assert not verify(signed.replace(b"/u/x", b"/u/y"))
    assert not verify(signed.replace(b".dot", b"..dot"))
    assert b"list-unsubscribe-post" in signed.partition(b"From:")[0]


def test_a_key_that_cannot_be_used_is_refused_when_the_worker_starts(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("no key")
    with pytest.raises(InvalidError, match="RSA key as PEM"):
        signer(tmp_path / "bad.pem", "tocsin", "office.example")
    with pytest.raises(InvalidError, match="cannot be read"):
        signer(tmp_path / "none.pem", "tocsin", "office.example")
    assert signer(None, "tocsin", "office.example") is None


@pytest.fixture
def told(store: Store) -> Town:
    town = Town(store)
    channel = town.channel(kind="email", target="ana@example.org")
    town.subscribe("wording", channel, urgent=True)
    for n in range(3):
        town.push(f"n{n}", f"The wording of number {n} differs from all the others that came before it on that day.")
    town.run()
    return town


def back(row: Delivery, mark: str | None = None) -> str:
    token = VAULT.mark(f"bounce:{row.id}")[:10] if mark is None else mark
    return f"bounces+b.{row.id.removeprefix('msg_')}.{token}@office.example"


def test_reports_of_three_mails_end_all_mail_to_the_address(told: Town) -> None:
    for number, row in enumerate(told.all(Delivery), 1):
        for _ in range(2):
            with told.store.write() as work:
                said = reader_acts.take_back(work, VAULT, report(back(row)), told.now)
            assert said is not None
        (channel,) = told.all(Channel)
        assert channel.bounces == number
    assert channel.state == ChannelState.DISABLED
    assert all(row.reason.startswith("came back: 5.1.1") for row in told.all(Delivery))


def test_a_report_that_is_forged_or_soft_ends_nothing(told: Town) -> None:
    row = told.all(Delivery)[0]
    with told.store.write() as work:
        assert reader_acts.take_back(work, VAULT, report(back(row, "x" * 10)), told.now) is None
        assert reader_acts.take_back(work, VAULT, report(back(row), status="4.2.2"), told.now) is not None
    (channel,) = told.all(Channel)
    assert (channel.bounces, channel.state) == (0, ChannelState.ACTIVE)


def test_mails_carry_their_own_way_back(tmp_path: Path) -> None:
    import threading

    from services.channels.post import open_post
    from services.guard import Gate
    from services.settings import Settings

    settings = Settings(data=tmp_path, bounce_address="bounces@office.example")
    post = open_post(settings, Gate(()), threading.Event())
    assert post.return_path("msg_" + "a" * 26, VAULT.mark).startswith(f"bounces+b.{'a' * 26}.")


def test_a_mail_server_hands_on_what_came_back_without_a_sign_in(tmp_path: Path) -> None:
    from services.store import deliveries
    from services.store.secrets import open_vault
    from tests.builders import NOW, a_channel
    from tests.integration.api import running

    with running(tmp_path) as api:
        with api.store.write() as work:
            channel = a_channel(work.session, kind="email", target="gone@example.org").id
            id_ = deliveries.put(work.session, channel=channel, dedupe_key="k", kind="story", story=None, now=NOW)
        assert id_ is not None
        mark = open_vault(api.settings.key_file).mark(f"bounce:{id_}")[:10]
        given = {"role": None, "headers": {"Content-Type": "message/rfc822"}}
        forged = f"bounces+b.{id_.removeprefix('msg_')}.{'x' * 10}@office.example"
        assert api.call("POST", "/bounce", content=report(forged), **given).status_code == 202
        ours = f"bounces+b.{id_.removeprefix('msg_')}.{mark}@office.example"
        given["headers"] = {"Content-Type": "message/rfc822"}
        assert api.call("POST", "/bounce", content=report(ours), **given).status_code == 202
        with api.store.read() as session:
            assert session.get_one(Channel, channel).bounces == 1
        assert api.call("POST", "/bounce", data={"a": "b"}, role=None).status_code == 415
        large = {"role": None, "headers": {"Content-Type": "message/rfc822"}}
        assert api.call("POST", "/bounce", content=b"x" * (1024 * 1024 + 1), **large).status_code == 413
