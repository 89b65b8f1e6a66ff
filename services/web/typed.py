"""What is shown again of an address that was typed and not taken: nothing that lets its reader in somewhere.

A page is read by others over a shoulder and kept by a browser. A password in the address of a feed is typed anew, as
one in a field of its own is; the address of a webhook or chat is a secret as a whole.
"""

from __future__ import annotations

from dataclasses import replace

from services.articles.url import without_password
from services.web.forms import Form, Refused

_OF_A_SOURCE = ("url", "host")
_SECRET = ("webhook", "chat")


def source_form(form: Form) -> Form:
    """Give the form of a source without names and passwords in addresses."""
    return form.having(**{name: without_password(form.text(name)) for name in _OF_A_SOURCE})


def channel_form(form: Form) -> Form:
    """Give the form of a channel as it may be shown: what can only be meant as an e-mail address stays in it."""
    stays = form.text("kind") not in _SECRET and not any(sign in form.text("target") for sign in ":/\\")
    return form if stays else form.having(target="")


def told_again(problem: Refused, typed: Form, shown: Form) -> Refused:
    """Say at a mistake what has to be typed once more."""
    if any(typed.text(name) != shown.text(name) for name in _OF_A_SOURCE):
        return replace(
            problem, message=f"{problem.message}. Its name and password are not shown again: enter them anew"
        )
    if typed.text("target") != shown.text("target"):
        return replace(problem, message=f"{problem.message}. The address is not shown again: enter it anew")
    return problem
