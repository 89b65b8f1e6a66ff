"""How chat services write bold, links and quotes, and how a text from outside is kept from meaning anything to them.

Nobody is ever mentioned: an invisible space stands after each @ of a text from outside. Link cards stay closed where
the service knows how.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

_MENTION = re.compile(r"@(?=\w)")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way of writing. `link` gets an escaped text and a safe address; `limit` counts characters of the message."""

    escape: Callable[[str], str]
    bold: Callable[[str], str]
    link: Callable[[str, str], str]
    quote: Callable[[str], str]
    small: Callable[[str], str]
    newline: str = "\n"


def _unmentioned(text: str) -> str:
    return _MENTION.sub("@\u200b", text)


def _escape_slack(text: str) -> str:
    """`*`, `_`, `~` and backquotes have no escape in Slack: an invisible space takes their power to open a span."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _unmentioned(re.sub(r"([*_~`])", "\u200b\\1\u200b", text))


def _escape_markdown(text: str) -> str:
    return _unmentioned(re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text))


def _escape_html(text: str) -> str:
    return _unmentioned(html.escape(text, quote=True))


def _same(text: str) -> str:
    return text


def _slack_link(text: str, url: str) -> str:
    return f"<{url.replace('&', '&amp;')}|{text}>"


def _markdown_link(text: str, url: str) -> str:
    return f"[{text}]({url})"


SLACK = Dialect(
    escape=_escape_slack,
    bold=lambda text: f"*{text}*",
    link=_slack_link,
    quote=lambda text: f"> {text}",
    small=lambda text: f"_{text}_",
)
GOOGLE_CHAT = Dialect(
    escape=_escape_slack,
    bold=lambda text: f"*{text}*",
    link=_slack_link,
    quote=lambda text: f"“{text}”",
    small=lambda text: f"_{text}_",
)
DISCORD = Dialect(
    escape=lambda text: _escape_markdown(text).replace(":", "\\:"),
    bold=lambda text: f"**{text}**",
    link=lambda text, url: f"[{text}](<{url}>)",
    quote=lambda text: f"> {text}",
    small=lambda text: f"-# {text}",
)
MARKDOWN = Dialect(
    escape=_escape_markdown,
    bold=lambda text: f"**{text}**",
    link=_markdown_link,
    quote=lambda text: f"> {text}\n",
    small=lambda text: f"*{text}*",
    newline="  \n",
)
ROCKET = Dialect(
    escape=_escape_slack,
    bold=lambda text: f"*{text}*",
    link=_markdown_link,
    quote=lambda text: f"> {text}",
    small=lambda text: f"_{text}_",
)
HTML = Dialect(
    escape=_escape_html,
    bold=lambda text: f"<b>{text}</b>",
    link=lambda text, url: f'<a href="{html.escape(url, quote=True)}">{text}</a>',
    quote=lambda text: f"<blockquote>{text}</blockquote>",
    small=lambda text: f"<i>{text}</i>",
)
PLAIN = Dialect(
    escape=_same,
    bold=lambda text: text,
    link=lambda text, url: f"{text} {url}",
    quote=lambda text: f"“{text}”",
    small=_same,
)
