"""Read a folder of an IMAP server through the gate, without changing anything in it (RFC 3501).

`imaps` is encrypted from the first byte, `imap` must be by STARTTLS before the password is sent, unless the operator
opened the host's address.
"""

from __future__ import annotations

import base64
import imaplib
import re
import socket
import ssl
from contextlib import ExitStack, suppress
from typing import Any, Self

from services.articles.mail_address import Mailbox
from services.errors import OutsideError
from services.fetching import why_not_accepted
from services.guard import Gate
from services.wire import within

TIMEOUT_S = 30.0
_WAIT_S = 10.0  # for one answer
_LONGEST = 12 * 1024 * 1024  # bytes of one answer
_REPEATED = 6  # characters; a shorter password may be part of any word
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")


class Imap:
    """One look into a folder; used in a `with`, all of it within 30 seconds. Failures are OutsideError."""

    PORTS = (143, 993)

    def __init__(self, gate: Gate, box: Mailbox, name: str, password: str) -> None:
        self._gate, self._box, self._name, self._password = gate, box, name, password
        self._stack = ExitStack()
        self.validity = 0

    def __enter__(self) -> Self:
        """Connect, sign in and open the folder for reading only."""
        self._stack.enter_context(within(TIMEOUT_S))
        try:
            self._imap = self._opened()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        """Sign out, if the server still listens."""
        with suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()
        self._stack.close()

    def numbers(self, *, behind: int) -> list[int]:
        """Give the numbers (UIDs) of mails behind one, rising."""
        answer = self._asked("SEARCH", None, f"UID {behind + 1}:*")
        found = sorted(
            int(part) for line in answer if isinstance(line, bytes) for part in line.split() if part.isdigit()
        )
        return [number for number in found if number > behind]  # n:* gives the last one even if it is before n

    def size(self, number: int) -> int:
        """Give how many bytes a mail has."""
        found = _SIZE.search(b" ".join(part for part in _flat(self._asked("FETCH", str(number), "(RFC822.SIZE)"))))
        return int(found[1]) if found else 0

    def mail(self, number: int) -> bytes:
        """Give a mail; it stays unread."""
        parts = self._asked("FETCH", str(number), "(BODY.PEEK[])")
        return next((part[1] for part in parts if isinstance(part, tuple)), b"")

    def _asked(self, command: str, *arguments: Any) -> list[Any]:  # Any: what imaplib takes and gives
        try:
            state, answer = self._imap.uid(command, *arguments)
        except (imaplib.IMAP4.error, OSError) as error:
            raise self._failed(error) from error
        if state != "OK":
            raise OutsideError(f"The mail server at {self._box.host} refuses to read the folder", code="imap")
        return list(answer or [])

    def _opened(self) -> imaplib.IMAP4:
        try:
            imap = _Guarded(self._gate, self._box)
            if not self._box.tls and not self._is_opened():
                imap.starttls(ssl.create_default_context())
            imap.login(self._name, self._password)
            state, answer = imap.select(_quoted(self._box.folder), readonly=True)
        except (imaplib.IMAP4.error, OSError) as error:
            raise self._failed(error) from error
        if state != "OK":
            said = b" ".join(_flat(answer)).decode("ascii", "replace")[:200]
            raise OutsideError(
                f'The mail server at {self._box.host} has no folder "{self._box.folder}": {said}', code="imap"
            )
        validity = imap.response("UIDVALIDITY")[1]
        self.validity = int(validity[0]) if validity and validity[0] and validity[0].isdigit() else 1
        return imap

    def _failed(self, error: Exception) -> OutsideError:
        """Name a failure, without the password that a server may repeat."""
        failed = _failed(self._box, error)
        if len(self._password) >= _REPEATED:
            failed.message = failed.message.replace(self._password, "…")
        return failed

    def _is_opened(self) -> bool:
        addresses = self._gate.resolve(self._box.host, self._box.port, self.PORTS)
        return all(self._gate.allows(address) for address in addresses)


class _Guarded(imaplib.IMAP4):
    """An IMAP client whose connection is made by the gate, and whose answers are bounded."""

    def __init__(self, gate: Gate, box: Mailbox) -> None:
        self._gate, self._box = gate, box
        super().__init__(box.host, box.port, timeout=_WAIT_S)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = self._gate.connect(self._box.host, self._box.port, timeout or _WAIT_S, Imap.PORTS)
        plain.settimeout(_WAIT_S)
        if not self._box.tls:
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self._box.host)

    def read(self, size: int) -> bytes:
        """Read so many bytes, unless that is more than any mail may have."""
        if size > _LONGEST:
            raise self.abort(f"an answer of {size:,} bytes is more than is read")
        return super().read(size)


def _failed(box: Mailbox, error: Exception) -> OutsideError:
    if isinstance(error, ssl.SSLError):
        why = why_not_accepted(error)
        return OutsideError(f"The certificate of {box.host} was not accepted: {why}", code="tls")
    if isinstance(error, TimeoutError):
        return OutsideError(f"The mail server at {box.host} took too long to answer", code="timeout")
    said = str(error)[:200].replace("\n", " ")
    return OutsideError(f"The mail server at {box.host} says: {said or 'nothing'}", code="imap")


def _flat(answer: Any) -> list[bytes]:  # Any: as imaplib gives it
    found = []
    for part in answer or []:
        found += [one for one in (part if isinstance(part, tuple) else (part,)) if isinstance(one, bytes)]
    return found


def _quoted(folder: str) -> str:
    """Write a folder's name as IMAP has it: in its own UTF-7, in quotes."""
    parts = re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", folder)
    words = [
        part.replace("&", "&-") if part.isascii()
        else "&" + base64.b64encode(part.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
        for part in parts
    ]  # fmt: skip
    return '"' + "".join(words).replace("\\", "\\\\").replace('"', '\\"') + '"'
