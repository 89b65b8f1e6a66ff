"""Mail as a source: a maildir or a folder of an IMAP server is polled, each mail once, and nothing in it is changed."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest

from services.errors import InvalidError
from services.guard import Gate
from services.sources.mailbox import checked_mailbox
from services.store.tables import Article
from services.store.work import Store
from tests.feed_site import FeedSite
from tests.imap_sink import ImapServer
from tests.newsroom import Newsroom


def letter(number: int) -> bytes:
    return (
        f"From: The Ledger <news@ledger.example>\r\nSubject: Letter {number}\r\nMessage-ID: <{number}@ledger.example>\r\n"
        f"Date: Mon, 04 May 2026 09:00:00 +0000\r\n\r\nThe council voted on case {number}.\r\n"
    ).encode()


@pytest.fixture
def room(store: Store, tmp_path: Path) -> Newsroom:
    with FeedSite() as site:
        one = Newsroom(store, site)
        one.gate = Gate(["127.0.0.0/8"], look_up=lambda _host, _port: ["127.0.0.1"], mail_folders=[str(tmp_path)])
        yield one


@pytest.fixture
def maildir(tmp_path: Path) -> mailbox.Maildir:
    return mailbox.Maildir(str(tmp_path / "letters"), create=True)


def titles(room: Newsroom) -> list[str]:
    return sorted(row.title for row in room.all(Article))


def test_a_maildir_is_read_once_and_stays_as_it_is(room: Newsroom, maildir: mailbox.Maildir, tmp_path: Path) -> None:
    for number in (1, 2):
        maildir.add(letter(number))
    before = sorted(path.name for path in (tmp_path / "letters" / "new").iterdir())
    room.watch(f"maildir:{tmp_path}/letters")
    assert room.poll() == 1
    assert titles(room) == ["Letter 1", "Letter 2"]
    assert sorted(path.name for path in (tmp_path / "letters" / "new").iterdir()) == before
    maildir.add(letter(3))
    maildir.add(b"From: a@b.example\nDate: x\nAuto-Submitted: auto-replied\n\nI am away.")
    room.at_next()
    assert titles(room) == ["Letter 1", "Letter 2", "Letter 3"]
    room.at_next()
    assert len(titles(room)) == 3
    assert room.row().failing_since is None


def test_a_mail_that_was_read_by_a_person_is_no_second_article(
    room: Newsroom, maildir: mailbox.Maildir, tmp_path: Path
) -> None:
    key = maildir.add(letter(1))
    room.watch(f"maildir:{tmp_path}/letters")
    room.poll()
    message = maildir[key]
    message.set_subdir("cur")
    message.add_flag("S")
    maildir[key] = message
    room.at_next()
    assert titles(room) == ["Letter 1"]


@pytest.mark.parametrize("path", ["/etc", "/", "{}/nothing", "{}/letters/../../x", "{}x/letters"])
def test_only_maildirs_in_folders_that_the_operator_names_are_read(
    path: str, tmp_path: Path, maildir: mailbox.Maildir
) -> None:
    gate = Gate(mail_folders=[str(tmp_path)])
    with pytest.raises(InvalidError):
        checked_mailbox(gate, "maildir:" + path.format(tmp_path))
    with pytest.raises(InvalidError, match="mail_folders"):
        checked_mailbox(Gate(), f"maildir:{tmp_path}/letters")
    assert checked_mailbox(gate, f"maildir:{tmp_path}/letters")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    mailbox.Maildir(str(tmp_path / "other"), create=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letters").symlink_to(tmp_path / "other")
    with pytest.raises(InvalidError, match="mail_folders"):
        checked_mailbox(Gate(mail_folders=[str(tmp_path / "mine")]), f"maildir:{tmp_path}/mine/letters")


def test_a_folder_of_a_mail_server_is_read_and_stays_unread(room: Newsroom) -> None:
    with ImapServer([letter(1), letter(2)]) as server:
        room.watch(f"imap://reader:secret@mail.example:{server.port}/News")
        assert room.poll() == 1
        assert titles(room) == ["Letter 1", "Letter 2"]
        server.mails.append(letter(3))
        room.at_next()
        assert titles(room) == ["Letter 1", "Letter 2", "Letter 3"]
        room.at_next()
        server.validity = 8  # numbered anew: read again, and known
        room.at_next()
        assert len(titles(room)) == 3
        assert "secret" not in (room.row().url or "")
        assert {command.split()[0] for command in server.asked} <= {"CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"}
        assert sum("BODY" in command for command in server.asked) == 6


@pytest.mark.parametrize(
    ("login", "folder", "said"),
    [("reader:wrong", "News", "wrong password"), ("reader:secret", "Other", 'no folder "Other"')],
)
def test_what_a_mail_server_refuses_is_told(room: Newsroom, login: str, folder: str, said: str) -> None:
    with ImapServer([]) as server:
        room.watch(f"imap://{login}@mail.example:{server.port}/{folder}")
        room.poll()
    assert said in (room.row().reason or "")
    assert room.row().failing_since is not None


@pytest.mark.parametrize(
    "url",
    ["imaps://", "imap://mail.example/x?y", "maildir:letters", "maildir://host/x", "imaps://127.0.0.1/", "imaps://mail.example:25/"],
)  # fmt: skip
def test_addresses_that_are_no_mailbox_are_refused(url: str) -> None:
    gate = Gate(look_up=lambda host, _port: ["127.0.0.1" if host == "127.0.0.1" else "93.184.215.14"])
    with pytest.raises(InvalidError):
        checked_mailbox(gate, url)
