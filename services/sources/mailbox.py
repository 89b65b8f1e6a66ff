"""Read mail as a source: a maildir of this machine, or a folder of an IMAP server; each mail is an article.

Nothing is changed in a mailbox: no mail is marked as read, moved or deleted. Where a poll ended is kept in place of an
ETag: for a maildir when its last mail came in, for IMAP the last number and the validity of numbers. A poll reads at
most 200 mails of at most 10 MiB, the oldest first; the next goes on behind them. A mail that cannot be read is noted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from services.articles.article import Item
from services.articles.feed import Feed
from services.articles.mail import read_mail
from services.articles.mail_address import Mailbox, is_mailbox, read_mailbox
from services.careful import PARSING, ChildDiedError, run_apart
from services.errors import InvalidError, OutsideError, TocsinError
from services.fetching import Answer
from services.guard import Gate
from services.sources.imap import Imap
from services.sources.reading import Got
from services.store.tables import Source

MOST_MAILS = 200
LIMIT_BYTES = 10 * 1024 * 1024
_MOST_BYTES = 50 * 1024 * 1024  # of one poll
_MARK = re.compile(r"(\d{1,20}):(.{1,400})")


@dataclass(frozen=True, slots=True)
class Mails:
    """What a poll brought: mails as bytes, what was left out, and where the next poll goes on."""

    mails: Sequence[bytes]
    left_out: Sequence[str]
    mark: str


def checked_mailbox(gate: Gate, url: str) -> str:
    """Check that mail may be read from an address; InvalidError says why not."""
    box = read_mailbox(url)
    if box.path:
        _folder(gate, box)
    else:
        try:
            gate.resolve(box.host, box.port, Imap.PORTS)
        except OutsideError as error:
            if error.permanent:
                raise InvalidError(error.message, field="/url") from error
    return url


def get_mail(row: Source, gate: Gate, opened: Callable[[str], str]) -> Got:
    """Poll a mailbox; whatever goes wrong is told, nothing is raised."""
    assert row.url is not None
    assert is_mailbox(row.url)
    try:
        box = read_mailbox(row.url)
        found = _of_maildir(_folder(gate, box), row.etag) if box.path else _of_imap(box, gate, row, opened)
        if found.mark == row.etag:
            return Got(Answer(304, {}, b"", row.url))
        items, unread = _items(found.mails)
    except TocsinError as error:
        return Got(failure=error.message)
    except OSError as error:
        return Got(failure=f"The mailbox cannot be read: {error.strerror or error}")
    notes = tuple(dict.fromkeys([*found.left_out, *unread]))[:5]
    return Got(Answer(200, {"etag": found.mark}, found.mark.encode(), row.url), Feed(row.name, items, notes=notes))


def _items(mails: Sequence[bytes]) -> tuple[tuple[Item, ...], list[str]]:
    """Read mails in a child; if one ends it, each alone."""
    try:
        read = run_apart(_read_all, mails, limits=PARSING)
    except ChildDiedError:
        read = [_alone(mail) for mail in mails]
    items = tuple(one for one in read if isinstance(one, Item))
    return items, [one for one in read if isinstance(one, str)]


def _alone(mail: bytes) -> Item | str:
    try:
        return run_apart(_read_all, [mail], limits=PARSING)[0]
    except ChildDiedError:
        return f"A mail takes more than {PARSING.told} to read"


def _read_all(mails: Sequence[bytes]) -> list[Item | str]:
    read: list[Item | str] = []
    for mail in mails:
        try:
            read.append(read_mail(mail))
        except InvalidError as error:
            read.append(error.message)
    return read


def _folder(gate: Gate, box: Mailbox) -> Path:
    """Give the maildir, if it lies in a folder that mail may be read from; links are followed first."""
    path = Path(box.path).resolve()
    if not any(path.is_relative_to(Path(folder).expanduser().resolve()) for folder in gate.mail_folders):
        raise InvalidError(
            f"Mail is not read from {box.path}. The setting mail_folders names the folders whose maildirs are sources",
            field="/url",
        )
    if not (path / "cur").is_dir() or not (path / "new").is_dir():
        raise InvalidError(f"{box.path} is no maildir: folders cur and new are expected in it", field="/url")
    return path


def _of_maildir(folder: Path, mark: str | None) -> Mails:
    """Read mails that came in behind the mark. A mail that is moved from new to cur comes again, and is known then."""
    last = _read_mark(mark)
    found = []
    for part in ("new", "cur"):
        with os.scandir(folder / part) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                    place = (entry.stat(follow_symlinks=False).st_ctime_ns, entry.name[:300])
                    if place > last:
                        found.append((place, entry.path))
    mails, left_out, total = [], [], 0
    for place, path in islice(sorted(found), MOST_MAILS):
        size = Path(path).stat().st_size if Path(path).exists() else 0  # it may be moved meanwhile, and comes again
        if total + min(size, LIMIT_BYTES) > _MOST_BYTES:
            break
        last = place
        if size > LIMIT_BYTES:
            left_out.append(f"A mail of {size:,} bytes is left out; {LIMIT_BYTES:,} is the most")
        elif size:
            mails.append(Path(path).read_bytes())
            total += size
    return Mails(mails, left_out, f"{last[0]}:{last[1]}" if last[0] else mark or "0:-")


def _read_mark(mark: str | None) -> tuple[int, str]:
    found = _MARK.fullmatch(mark or "")
    return (int(found[1]), found[2]) if found else (0, "")


def _of_imap(box: Mailbox, gate: Gate, row: Source, opened: Callable[[str], str]) -> Mails:
    """Read mails with numbers behind the mark; all, if the server has numbered the folder anew."""
    name, _, password = (opened(row.secret_sealed) if row.secret_sealed else "").partition(":")
    with Imap(gate, box, name, password) as imap:
        validity, last = _read_mark(row.etag)
        numbers = imap.numbers(behind=int(last) if validity == imap.validity and last.isdigit() else 0)
        mails, left_out, total = [], [], 0
        at = int(last) if validity == imap.validity and last.isdigit() else 0
        for number in numbers[:MOST_MAILS]:
            size = imap.size(number)
            if total + min(size, LIMIT_BYTES) > _MOST_BYTES:
                break
            at = number
            if size > LIMIT_BYTES:
                left_out.append(f"A mail of {size:,} bytes is left out; {LIMIT_BYTES:,} is the most")
                continue
            mails.append(imap.mail(number))
            total += size
        return Mails(mails, left_out, f"{imap.validity}:{at}")
