"""Web addresses: resolved and cleaned for showing, and levelled for knowing the same article again.

`web_link` keeps what leads to the page; `canonical_url` drops what does not tell one article from another. Both give
None for what is no web address, and raise nothing on any input.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit

_LONGEST = 2_000
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ud800-\udfff]")
_PORTS = {"http": 80, "https": 443}
# Parameters that say how a reader came, never what is read.
_TRACKING = re.compile(
    r"(?:utm_\w*|mtm_\w*|pk_\w*|hsa_\w*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|"
    r"mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|vero_id|oly_enc_id|oly_anon_id|cmpid|cmp|ncid|ocid|smid|smtyp|sref|s_cid|"
    r"ito|taid|__twitter_impression|at_\w+|xtor|soc_src|soc_trk|guccounter|guce_\w+|sharetype|"
    r"ref|ref_src|ref_url|referrer|partner|feedtype|feedname|rss|amp|outputtype)",
    re.IGNORECASE,
)
_AMP_PATH = re.compile(r"(?:/amp/?|\.amp(?=\.html?$)|\.amp)$", re.IGNORECASE)
_AMP_START = re.compile(r"^/amp(?=/[^/]+/)", re.IGNORECASE)
_DEFAULT_PAGE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
_BEFORE_HOST = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:(?=[/\\]))?[/\\]*")
_HOST_AND_PATH = re.compile(r"[^:@/\\?#]+(?::\d{0,5})?[/\\?#][^:]*")
_SIDE_HOST = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")


def web_link(url: str | None, base: str | None = None) -> str | None:
    """Give an absolute http or https address that shows its real host, resolved against `base`; None for another."""
    parts = _split(url, base)
    if parts is None or (host := _host(parts)) is None:
        return None
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._[]")
    query = "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]") if parts.query else ""
    fragment = "#" + quote(parts.fragment, safe="/%:@!$&'()*+,;=~-._?") if parts.fragment else ""
    link = f"{parts.scheme}://{host}{path}{query}{fragment}"
    return link if len(link) <= _LONGEST else None


def canonical_url(url: str | None) -> str | None:
    """Give the form under which the same article's addresses are one; it is for comparing, not for following.

    Always https, no `www.`, `m.` or `amp.`, no fragment, no tracking parameters, no `/amp`, no slash at the end;
    the other parameters in order.
    """
    if (link := web_link(url)) is None:
        return None
    parts = urlsplit(link)
    host = _SIDE_HOST.sub("", parts.netloc)
    path = _DEFAULT_PAGE.sub("", _AMP_START.sub("", _AMP_PATH.sub("", parts.path))).rstrip("/")
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(name)]
    query = "?" + urlencode(sorted(kept)) if kept else ""
    return f"https://{host}{path or '/'}{query}"


def _is_tracking(name: str) -> bool:
    return _TRACKING.fullmatch(name) is not None


def _split(url: str | None, base: str | None) -> SplitResult | None:
    if not url or len(url) > 4 * _LONGEST:
        return None
    # As browsers do: what is not seen is dropped, a backslash is a slash, so that no other host can hide.
    clean = _UNSEEN.sub("", url.strip()).replace("\\", "/")
    try:
        parts = urlsplit(urljoin(base, clean) if base else clean)
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS and parts.netloc else None


def _host(parts: SplitResult) -> str | None:
    """Give host and port, without the user and password that may stand before them."""
    try:
        host, port = (parts.hostname or "").rstrip("."), parts.port
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return None
    if not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", ascii_host) or ascii_host.strip(".") == "":
        return None
    shown = f"[{ascii_host}]" if ":" in ascii_host else ascii_host
    return shown if port is None or port == _PORTS[parts.scheme] else f"{shown}:{port}"


def without_password(url: str) -> str:
    """Leave name and password out of an address, however it is written; an `@` in its path stays."""
    scheme = _BEFORE_HOST.match(url)
    begins = scheme.end() if scheme else 0
    before, at, after = url[begins:].rpartition("@")
    return url[:begins] + after if at and not _HOST_AND_PATH.fullmatch(before) else url
