"""Reports of mail that could not be delivered (RFC 3464), and mails that ask to leave: read, and nothing believed that
does not carry a token of ours in its recipient.

    bounces+b.ID.MARK@office.example       a report about the delivery with this id
    bounces+leave.TOKEN@office.example     its reader wants to leave (the mailto of List-Unsubscribe)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses

MOST_BYTES = 1 << 20
_TO = ("delivered-to", "x-original-to", "envelope-to", "to")
_REPORT = re.compile(r"\+b\.([0-9a-f]{26})\.([\w-]{10})@")
_LEAVE = re.compile(r"\+leave\.([\w-]{20,64})@")


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a mail, as another mail server says: `status` is its class, such as 5.1.1."""

    delivery: str
    mark: str
    failed: bool
    status: str
    said: str

    @property
    def hard(self) -> bool:
        """Whether the mailbox or its domain does not exist, or takes no mail at all."""
        return self.failed and re.fullmatch(r"5\.(1\.(1|2|3|6|10)|2\.1|4\.4)", self.status) is not None


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody wants to leave: the token of the mail they had."""

    token: str


def return_path(address: str, delivery: str, mark: str) -> str:
    """Give the address that reports about one delivery come back to."""
    local, _, domain = address.rpartition("@")
    return f"{local}+b.{delivery.removeprefix('msg_')}.{mark[:10]}@{domain}"


def leave_address(address: str, token: str) -> str:
    """Give the address to which a mail asks to leave."""
    local, _, domain = address.rpartition("@")
    return f"{local}+leave.{token}@{domain}"


def read(mail: bytes) -> Report | Leave | None:
    """Read a mail that came back; `None` if it is neither a report nor carries a token."""
    message = message_from_bytes(mail[:MOST_BYTES], policy=compat32)
    addresses = list(_recipients(message))
    if found := next((match for one in addresses if (match := _LEAVE.search(one))), None):
        return Leave(found[1])
    found = next((match for one in addresses if (match := _REPORT.search(one))), None)
    fields = _status(message)
    if found is None or fields is None:
        return None
    action = str(fields.get("Action", "")).strip().lower()
    status = re.search(r"\b([245]\.\d{1,3}\.\d{1,3})\b", str(fields.get("Status", "")))
    said = " ".join(str(fields.get("Diagnostic-Code", "")).split())[:500]
    return Report(f"msg_{found[1]}", found[2], action == "failed", status[1] if status else "", said)


def _recipients(message: Message) -> Iterator[str]:
    for name in _TO:
        for _, address in getaddresses([str(value) for value in message.get_all(name, [])]):
            yield address


def _status(message: Message) -> Message | None:
    """Give the fields of the first recipient of a delivery report."""
    if message.get_content_type() != "multipart/report":
        return None
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            groups = [one for one in blocks if isinstance(one, Message)] if isinstance(blocks, list) else []
            return next((group for group in groups if "Action" in group), None)
    return None
