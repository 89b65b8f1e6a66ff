"""Chat and push by the plugins of Apprise: an allow-list of services, one target a channel, no redirects, no files.

Apprise says only yes or no; what the service answered comes from the requests watched on their way. A plugin is loaded
when its service is first used: loading Apprise costs 30 MB, and all of it 50.
"""

from __future__ import annotations

import functools
import importlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from services.alerts.retry import Outcome, http_code, http_outcome, retry_after_s
from services.channels.chat_requests import Watch, install, watching
from services.channels.chat_services import BY_SCHEME, DROPPED, SERVICES, Service, allowed_schemes
from services.channels.outgoing import Accepted, Inflight, Outgoing, SendError, not_reached, nothing, owner_forms, scrub
from services.errors import InvalidError, OutsideError
from services.guard import Gate


@dataclass(frozen=True, slots=True)
class ChatTarget:
    """Where a chat channel goes. `url` is what to keep, encrypted; `label` may be shown; `form` says how to write."""

    service: str
    label: str
    form: str
    url: str


def check_chat_url(url: str, gate: Gate, field: str | None = None) -> ChatTarget:
    """Read the address of a chat channel, or raise `InvalidError` saying what is allowed."""
    service, clean = _clean(url, field)
    plugin = _plugin(service, clean, field)
    targets = len(plugin)
    if targets > 1:
        text = f"The address names {targets} targets. Make one channel for each"
        raise InvalidError(text, field=field)
    if targets < 1:
        raise InvalidError(f"The address names no target: nobody would get the alerts by {service.title}", field=field)
    if host := _own_host(service, plugin):
        scheme = "https" if plugin.secure else "http"
        port = f":{plugin.port}" if plugin.port else ""
        gate.check_url(f"{scheme}://{host}{port}/", field=field)
    return ChatTarget(service.name, _label(service, clean, host), service.form, clean)


def form_of(url: str) -> str:
    """Give the form that messages for this address are written in."""
    return _service(url, None).form


class ChatSender:
    """Sends through the gate. May be shared by threads: every message has its own plugin object."""

    def __init__(self, gate: Gate, *, timeout_s: float = 30.0) -> None:
        self._gate = gate
        self._timeout_s = timeout_s

    def send(self, outgoing: Outgoing, url: str, now: datetime, inflight: Inflight = nothing) -> Accepted:
        """Send a text written for the service's form, or raise `SendError`."""
        install(self._gate)
        try:
            service, clean = _clean(url, None)
            plugin = _plugin(service, clean, None)
        except (InvalidError, OutsideError) as error:
            raise SendError(error.message, outcome=Outcome.CONFIG, code="bad_url", detail=error.message) from error
        watch = Watch(inflight, self._timeout_s)
        with watching(watch):
            accepted = _notify(plugin, outgoing, watch, service.declared)
            result = _accepted(watch, _secrets(clean)) if accepted else _refusal(watch, service, now, _secrets(clean))
            del plugin  # some sign out as they end; that request is watched too, and changes nothing
        if isinstance(result, SendError):
            raise result
        return result


def check_plugins() -> None:
    """Load every allowed plugin, so that a broken installation shows at start-up and not at the first alert."""
    for service in SERVICES:
        _class(service)


def _notify(plugin: Any, outgoing: Outgoing, watch: Watch, declared: str | None) -> bool:  # Any: Apprise is not typed
    """Let the plugin send the text; it answers yes or no, or lets through what is not of its own library."""
    try:
        done = plugin.notify(body=outgoing.body.decode(), title=outgoing.subject, body_format=declared)
    except OutsideError as error:
        if error is not watch.stopped:
            raise
        done = False
    if watch.fence is not None:
        raise watch.fence
    if isinstance(watch.stopped, OutsideError):
        raise not_reached(watch.stopped) from watch.stopped
    return bool(done)


def _accepted(watch: Watch, secrets: list[str]) -> Accepted:
    if not watch.answers:
        return Accepted(code="")
    last = watch.answers[-1]
    return Accepted(code=str(last.status), detail=scrub(last.text[:1000], *secrets))


def _refusal(watch: Watch, service: Service, now: datetime, secrets: list[str]) -> SendError:
    """Say what a message that was not accepted means."""
    if watch.stopped is not None:
        return _broken(watch, service, scrub(str(watch.stopped), *secrets))
    if not watch.answers:
        text = f"{service.title} cannot be used with this address"
        return SendError(text, outcome=Outcome.CONFIG, code="not_sent", detail=text)
    # Some plugins sign out after a refusal, so that the last answer says nothing of it.
    last = next((one for one in watch.answers if http_outcome(one.status) is not None), watch.answers[-1])
    detail = scrub(f"{last.status} {last.text[:2000]}", *secrets)
    outcome = http_outcome(last.status)
    if outcome is None:
        text = f"{service.title} took the request and refused the message"
        return SendError(text, outcome=Outcome.CONFIG, code="refused", detail=detail)
    wait = retry_after_s(last.retry_after, now)
    text = f"{service.title} answered {last.status}"
    return SendError(text, outcome=outcome, code=http_code(last.status), detail=detail, retry_after_s=wait)


def _broken(watch: Watch, service: Service, detail: str) -> SendError:
    if watch.written:
        text = f"{service.title} did not answer"
        return SendError(text, outcome=Outcome.UNCERTAIN, code="no_answer", detail=detail)
    return SendError(f"{service.title} cannot be reached", outcome=Outcome.RETRY, code="connect", detail=detail)


def _service(url: str, field: str | None) -> Service:
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    if scheme not in BY_SCHEME:
        found = f"{scheme}://" if scheme else "an address without a scheme"
        raise InvalidError(f"Alerts cannot go to {found}. Use one of {allowed_schemes()}", field=field)
    return BY_SCHEME[scheme]


def _clean(url: str, field: str | None) -> tuple[Service, str]:
    """Give the service and the address with our options, without those that only tune Apprise."""
    service = _service(url, field)
    if not url.isprintable() or any(sign in url for sign in " \\"):
        raise InvalidError("The address holds a space, a backslash or a control character", field=field)
    # "#" begins no fragment here: it is the first sign of a room's name.
    base, _, query = url.replace("/#", "/%23").partition("?")
    scheme, _, rest = base.partition("://")
    ours = DROPPED | {name for name, _ in service.fixed}
    kept: list[tuple[str, str]] = []
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.lower() in service.kept:
            kept.append((name.lower(), value))
        elif name.lower() not in ours:
            raise InvalidError(f'The option "{name}" is not allowed in a {scheme}:// address', field=field)
    options = urlencode([*kept, *service.fixed], quote_via=quote)
    return service, f"{scheme.lower()}://{rest}" + (f"?{options}" if options else "")


@functools.cache
def _class(service: Service) -> Any:  # Any: Apprise is not typed
    try:
        module = importlib.import_module(f"apprise.plugins.{service.module}")
        plugin = getattr(module, service.plugin)
    except (ImportError, AttributeError) as error:
        raise OutsideError(f"Apprise has no plugin for {service.title}; it is not installed whole") from error
    if not plugin.enabled:
        raise OutsideError(f"Apprise cannot use {service.title}; a library it needs is missing")
    return plugin


@functools.cache
def _asset() -> Any:  # Any: Apprise is not typed
    import apprise

    return apprise.AppriseAsset(
        app_id="Tocsin",
        app_desc="Tocsin",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        storage_mode="memory",
        http_redirects=False,
        async_mode=False,
        secure_logging=True,
        pgp_autogen=False,
        pem_autogen=False,
    )


def _plugin(service: Service, url: str, field: str | None) -> Any:  # Any: Apprise is not typed
    kind = _class(service)
    flaw = f"{service.title} cannot be reached with this address: a part is missing or not as it is written there"
    try:
        parsed = kind.parse_url(url)
        if not parsed:
            raise InvalidError(flaw, field=field)
        return kind(**{**parsed, "asset": _asset()})
    except (TypeError, ValueError) as error:
        raise InvalidError(flaw, field=field) from error


def _own_host(service: Service, plugin: Any) -> str:
    """Give the host that the owner named, for services that people run themselves."""
    on_theirs = service.own_host and str(getattr(plugin, "mode", "")) not in {"cloud", "t2bot"}
    return str(plugin.host or "") if on_theirs else ""


def _parts(url: str) -> list[str]:
    """Give the parts of an address but for its options: credentials, host, then the path."""
    base = url.partition("?")[0].partition("://")[2]
    authority, *path = base.split("/")
    return [authority, *(part for part in path if part)]


def _secrets(url: str) -> list[str]:
    """Give every part of an address that may be secret."""
    authority, *path = _parts(url)
    owner = authority.rpartition("@")[0]
    options = [value for name, value in parse_qsl(url.partition("?")[2]) if name in {"token", "key", "secret", "sig"}]
    return [url, *owner_forms(owner), "/".join(path), *path, *options]


def _label(service: Service, url: str, host: str) -> str:
    """Name a channel so that its owner knows it and nobody else can use it: four characters of its secret."""
    authority, *path = _parts(url)
    owner, _, there = authority.rpartition("@")
    last = path[-1] if path else owner or there
    where = f" at {host}" if host else ""
    return f"{service.title}{where} …{last[-4:]}" if len(last) > 4 else f"{service.title}{where}"
