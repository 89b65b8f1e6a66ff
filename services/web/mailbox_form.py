"""The form that watches a mailbox: a folder of a mail server, or a maildir of the machine."""

from __future__ import annotations

from urllib.parse import quote

from services.errors import InvalidError
from services.web.forms import Form

_NOT_OF_A_HOST = "/\\@?# "


def is_of_mailbox(form: Form) -> bool:
    """Say whether the form of a mailbox was posted, and not that of a feed."""
    return form.text("kind") == "mailbox"


def mailbox_url(form: Form) -> str:
    """Give the address that the fields make; InvalidError names the field that is missing or cannot be."""
    maildir, host, user, password = (form.text(name) for name in ("maildir", "host", "user", "password"))
    if maildir and (host or user or password):
        raise InvalidError("Name a mail server or a maildir, not both", field="/maildir")
    if maildir:
        return f"maildir:{quote(maildir)}"
    for name, given in (("host", host), ("user", user), ("password", password)):
        if not given:
            raise InvalidError("Enter a server with a name and password, or the path of a maildir", field=f"/{name}")
    if any(sign in host for sign in _NOT_OF_A_HOST):
        raise InvalidError("Enter the server's name alone, such as mail.example.org", field="/host")
    if ":" in user:
        raise InvalidError("The name of a user holds no colon", field="/user")
    return f"imaps://{quote(user, safe='')}:{quote(password, safe='')}@{host}/{quote(form.text('folder') or 'INBOX')}"


def field_of(form: Form) -> str:
    """Name the field that a mistake in the address belongs to."""
    return "maildir" if form.text("maildir") else "host"
