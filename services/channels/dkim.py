"""A DKIM signature (RFC 6376) over the mail as it is stored, made with the operator's RSA key when one is set.

It covers the headers that a reader's program trusts, also those for leaving with one click, which mail services ask
for. The stored mail stays as it is: each try signs it anew, with its own time.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from services.errors import InvalidError

Sign = Callable[[bytes], bytes]
COVERED = (
    "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "in-reply-to", "references",
    "list-id", "list-unsubscribe", "list-unsubscribe-post", "auto-submitted", "feedback-id",
)  # fmt: skip


def signer(key_file: Path | None, selector: str, domain: str) -> Sign | None:
    """Give what signs mails of a domain, or `None` without a key. Raises if the key cannot be used."""
    if key_file is None:
        return None
    try:
        key = key_file.read_bytes()
    except OSError as error:
        raise InvalidError(
            f"The DKIM key {key_file} cannot be read: {error.strerror}", field="TOCSIN_DKIM_KEY_FILE"
        ) from error
    sign = functools.partial(_signed, key=key, selector=selector.encode(), domain=domain.encode())
    try:
        sign(b"From: a@b.example\r\n\r\ntest\r\n")
    except Exception as error:  # the library tells a key it cannot use by errors of several kinds
        text = f"The DKIM key {key_file} cannot be used. Expected an RSA key as PEM"
        raise InvalidError(text, field="TOCSIN_DKIM_KEY_FILE") from error
    return sign


def _signed(mail: bytes, *, key: bytes, selector: bytes, domain: bytes) -> bytes:
    import dkim  # type: ignore[import-untyped]  # it has no types; it takes 60 ms, and few need it

    has = {line.partition(b":")[0].strip().lower() for line in mail.partition(b"\r\n\r\n")[0].split(b"\r\n")}
    covered = [name.encode() for name in COVERED if name.encode() in has]
    mark: bytes = dkim.sign(mail, selector, domain, key, include_headers=covered, linesep=b"\r\n",
                            canonicalize=(b"relaxed", b"simple"))  # fmt: skip
    return mark + mail
