"""Which chat and push services alerts may go to, and which options of their addresses are kept.

Apprise knows 180 services; only these are ever loaded. Left out are all that run programs, write to the machine, speak
raw sockets (which would pass by the gate), or post anywhere (json, xml, form, apprise, mailto).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """One service. `form` names how messages are written; `fixed` options are ours, `kept` ones the owner's.

    `declared` tells Apprise the format, where it makes a plain text of it for old programs; else it touches nothing.
    """

    name: str
    title: str
    form: str
    schemes: tuple[str, ...]
    module: str
    plugin: str
    fixed: tuple[tuple[str, str], ...] = ()
    kept: frozenset[str] = frozenset()
    own_host: bool = False
    declared: str | None = None


# Options that only tune Apprise; dropped without a word, because many addresses found in guides carry them.
DROPPED = frozenset(
    {
        "verify", "redirect", "rto", "cto", "format", "overflow", "emojis", "tz", "store", "retry", "wait", "image",
        "footer", "footer_logo", "fields", "blocks", "timestamp", "avatar", "preview", "silent", "detect", "batch",
        "status", "optional", "tts", "flags", "wrap", "method", "content", "album", "mdv", "msgtype", "e2ee",
    }
)  # fmt: skip

SERVICES = (
    Service(
        "slack", "Slack", "slack", ("slack",), "slack", "NotifySlack",
        (("format", "markdown"), ("image", "no"), ("footer", "no"), ("blocks", "yes")),
        frozenset({"to", "token", "mode"}),
    ),
    Service(
        "discord", "Discord", "discord", ("discord",), "discord", "NotifyDiscord",
        (("format", "text"), ("avatar", "no"), ("image", "no")), frozenset({"thread"}),
    ),
    Service(
        "teams", "Teams", "teams", ("workflows", "workflow"), "workflows", "NotifyWorkflows",
        (("image", "no"),), frozenset({"id", "sig", "ver", "api-version", "pa", "powerautomate", "route", "routeid"}),
        own_host=True,
    ),
    Service(
        "telegram", "Telegram", "telegram", ("tgram",), "telegram", "NotifyTelegram",
        (("format", "html"), ("image", "no"), ("preview", "no"), ("detect", "no")),
        frozenset({"to", "thread", "topic"}),
    ),
    Service(
        "matrix", "Matrix", "matrix", ("matrix", "matrixs"), "matrix", "NotifyMatrix",
        (("format", "html"), ("image", "no"), ("e2ee", "no"), ("discovery", "no")),
        frozenset({"to", "token", "mode", "path", "version", "hsreq"}), own_host=True, declared="html",
    ),
    Service(
        "mattermost", "Mattermost", "mattermost", ("mmost", "mmosts"), "mattermost", "NotifyMattermost",
        (("image", "no"),), frozenset({"to", "channel", "team", "mode", "botname"}), own_host=True,
    ),
    Service(
        "rocketchat", "Rocket.Chat", "rocketchat", ("rocket", "rockets"), "rocketchat", "NotifyRocketChat",
        (("format", "markdown"), ("avatar", "no")), frozenset({"to", "mode", "webhook"}), own_host=True,
    ),
    Service(
        "google_chat", "Google Chat", "google_chat", ("gchat",), "google_chat", "NotifyGoogleChat",
        (), frozenset({"workspace", "key", "token", "thread"}),
    ),
    Service(
        "ntfy", "ntfy", "ntfy", ("ntfy", "ntfys"), "ntfy", "NotifyNtfy",
        (("format", "text"), ("image", "no")), frozenset({"to", "token", "auth", "mode", "priority", "xtags"}),
        own_host=True,
    ),
    Service(
        "gotify", "Gotify", "gotify", ("gotify", "gotifys"), "gotify", "NotifyGotify",
        (("format", "markdown"),), frozenset({"priority"}), own_host=True,
    ),
    Service(
        "pushover", "Pushover", "pushover", ("pover",), "pushover", "NotifyPushover",
        (("format", "text"),), frozenset({"to", "priority", "sound", "interval", "expire"}),
    ),
    Service(
        "signal", "Signal", "signal", ("signal", "signals"), "signal_api", "NotifySignalAPI",
        (("batch", "no"), ("status", "no")), frozenset({"to", "from"}), own_host=True,
    ),
    Service(
        "twilio", "Twilio SMS", "sms", ("twilio",), "twilio", "NotifyTwilio",
        (), frozenset({"to", "from", "sid", "token", "apikey"}),
    ),
    Service(
        "vonage", "Vonage SMS", "sms", ("vonage", "nexmo"), "vonage", "NotifyVonage",
        (), frozenset({"to", "from", "key", "secret", "ttl"}),
    ),
)  # fmt: skip

BY_SCHEME = {scheme: service for service in SERVICES for scheme in service.schemes}


def allowed_schemes() -> str:
    """Name the schemes as errors do: "slack://, discord://, …"."""
    return ", ".join(f"{service.schemes[0]}://" for service in SERVICES)
