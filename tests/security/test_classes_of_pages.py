"""Defects that peers really had, on pages and in messages: each case names the one it is made after.

Here: K4 templates, K5 and K6 scripts, K14 paths, K16 logs, K17 headers, K20 styles.
"""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from services import logs
from services.alerts.mail import Envelope, Mail, compose, render_mail
from services.alerts.message import Asked
from services.store.states import Role
from services.web.forms import onward
from tests.fuzz.oracles import _check_html
from tests.integration.world import World, newsroom
from tests.security.newsroom import get
from tests.unit.alerts.message_examples import COUNCIL, FOOT, SENT


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with newsroom(tmp_path_factory.mktemp("classes")) as one:
        yield one


@pytest.mark.parametrize(
    ("peer", "text"),
    [
        ("CVE-2024-32651", "{{ self.__init__.__globals__ }}{{ 7*191 }}"),
        ("CVE-2016-10745", "{{ '{0.__class__}'.format(7*191) }}"),
        ("CVE-2019-10906", "{{ '{x.__class__}'.format_map({'x': 7*191}) }}"),
        ("CVE-2025-27516", "{{ ''|attr('format') }}{{ 7*191 }}"),
        ("CVE-2024-32651", "{% for x in range(7*191) %}{{ 7*191 }}{% endfor %}"),
    ],
)
def test_k4_a_text_of_others_is_never_a_template(world: World, peer: str, text: str) -> None:
    facts = replace(COUNCIL, title=text, asked=(Asked("7", text, "a1"),), note=text)
    mail = render_mail(facts, FOOT)
    shown = get(world, "/subscribe?query=" + text.replace("%", "%25").replace("{", "%7B").replace("#", "%23")).text
    for said in (mail.subject, mail.text, mail.html, shown):
        assert "1337" not in said
        assert "{&#x27;" not in said
    assert "7*191" in mail.text


_SCRIPTS = [
    ("CVE-2023-24769", "<script>alert(1)</script>"), ("CVE-2025-62780", "<img src=x onerror=alert(1)>"),
    ("CVE-2025-52558", "\"><svg/onload=alert(1)>"), ("GHSA-pwgc-w4x9-gw67", "</title><script>alert(1)</script>"),
    ("CVE-2025-31483", "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>"),
    ("CVE-2025-32015", "<iframe srcdoc='<script>alert(1)</script>'></iframe>"), ("CVE-2023-40577", "</textarea><script>alert(1)</script>"),
    ("CVE-2009-5065", "<![CDATA[<script>alert(1)</script>]]>"), ("CVE-2011-1157", "<a href='javascript:alert(1)'>x</a>"),
    ("CVE-2011-1158", "<a href='data:text/html,<script>alert(1)</script>'>x</a>"), ("CVE-2020-6802", "<noscript><style></noscript><img src=x onerror=alert(1)>"),
    ("CVE-2021-23980", "<svg><p><style><g title='</style><img src=x onerror=alert(1)>'>"),
]  # fmt: skip


@pytest.mark.parametrize(("peer", "text"), _SCRIPTS)
def test_k5_what_is_stored_is_text_wherever_it_is_shown(world: World, peer: str, text: str) -> None:
    facts = replace(COUNCIL, title=text, outlet=text, asked=(Asked("7", text, "a1"),), places=(text,), note=text)
    _check_html(render_mail(facts, FOOT).html)
    world.api.v1("PATCH", f"people/{world.api.people[Role.ADMIN]}", json={"name": text[:120]})
    world.api.v1(
        "PATCH", f"subscriptions/{world.ids['subscriptions', 'own']}", json={"name": text[:120], "note": text[:500]}
    )
    world.api.v1("PATCH", f"teams/{world.owners['team']}", json={"name": text[:100] + peer})
    for path in (
        "/subscriptions",
        "/teams",
        "/people",
        f"/subscriptions/{world.ids['subscriptions', 'own']}",
        "/audit",
    ):
        _nothing_acts(get(world, path).text)


def _nothing_acts(html: str) -> None:
    """Our own pages have forms, links and pictures; no script but our own file, no handler, no other scheme."""
    import lxml.html

    for element in lxml.html.document_fromstring(html).iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag not in ("iframe", "object", "embed", "base", "math", "noscript"), element.tag
        assert element.tag != "script" or (element.get("src", "").startswith("/static/") and not element.text)
        for name, value in element.attrib.items():
            assert not name.startswith("on"), name
            assert not value.strip().lower().startswith(("javascript:", "data:text", "vbscript:")), value


@pytest.mark.parametrize(
    ("peer", "path"),
    [
        ("CVE-2026-27645", "/why?url="), ("CVE-2026-29038", "/subscribe?query="), ("CVE-2026-27645", "/alerts?words="),
        ("CVE-2026-29038", "/sources?cursor="), ("CVE-2026-27645", "/deliveries?state="), ("CVE-2026-29038", "/nothing/"),
        ("CVE-2026-27645", "/audit?before="), ("CVE-2026-29038", "/channels?team="), ("CVE-2026-27645", "/people?said="),
    ],
)  # fmt: skip
def test_k6_what_an_address_holds_is_text_on_the_page_that_answers(world: World, peer: str, path: str) -> None:
    answer = get(world, path + "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%3Cimg%20src=x%20onerror=alert(1)%3E")
    assert answer.status_code < 500
    _nothing_acts(answer.text)


@pytest.mark.parametrize(
    ("peer", "path"),
    [
        ("CVE-2026-25527", "/static/..%2f..%2fsecret.key"), ("GHSA-mh42-m7cg-49fr", "/static/%2e%2e/%2e%2e/token"),
        ("CVE-2023-29159", "/static/../../../etc/passwd"), ("CVE-2022-23497", "/mail/..%2f..%2ftoken"),
        ("CVE-2022-23497", "/mail/....//....//etc/passwd"), ("CVE-2023-29159", "/static/tocsin.css%00.key"),
        ("CVE-2026-25527", "/api/v1/topics/..%2f..%2fplaces"),
    ],
)  # fmt: skip
def test_k14_no_path_leads_out_of_its_folder(world: World, peer: str, path: str) -> None:
    answer = get(world, path)
    assert answer.status_code == 404
    assert "root:" not in answer.text
    assert (world.api.settings.data / "token").read_text().strip() not in answer.text


@pytest.mark.parametrize(
    ("peer", "text"),
    [
        ("CVE-2020-7694", "\x1b]0;evil\x07\x1b[31m"), ("CVE-2020-7694", "a\r\n2026-01-01 [error] forged"),
        ("CVE-2020-7694", '"}\n{"event": "forged"'), ("CVE-2020-7694", "\u2028forged\u0085"), ("CVE-2020-7694", "\x00\x08\x7f"),
    ],
)  # fmt: skip
def test_k16_no_text_begins_another_line_of_the_log(peer: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", json=True)
    logs.get("k16").info("an article was read", title=text)
    lines = capsys.readouterr().err.split("\n")
    assert len([line for line in lines if line]) == 1
    assert json.loads(lines[0])["title"] == text
    assert "\x1b" not in lines[0]


@pytest.mark.parametrize("name", ["token", "secret", "password", "authorization", "address"])
def test_k16_no_secret_is_logged(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """CVE-2023-22481 and Miniflux 4e8a0e06: passwords and tokens in logs."""
    logs.configure("info", json=True)
    logs.get("k16").info("signed in", **{name: "canary-value"})
    assert "canary-value" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("peer", "text"),
    [
        ("CVE-2020-7695", "x\r\nSet-Cookie: a=b"), ("CVE-2019-11236", "x\r\nX-Evil: 1"), ("CVE-2020-26137", "x\nX-Evil: 1"),
        ("CVE-2019-11236", "=?utf-8?q?x=0d=0aX-Evil:_1?="), ("CVE-2020-7695", "x\u2028X-Evil: 1"), ("CVE-2020-26137", "x%0d%0aX-Evil: 1"),
    ],
)  # fmt: skip
def test_k17_no_text_adds_a_header(world: World, peer: str, text: str) -> None:
    body = compose(
        Mail(text, "text"),
        Envelope(id="d1", sender="T <a@example.org>", to="b@example.org", date=SENT, list_id="s", list_name=text),
    )
    read = email.message_from_bytes(body, policy=email.policy.SMTP)
    assert not {"x-evil", "set-cookie"} & {name.lower() for name in read}
    assert not {"x-evil", "set-cookie"} & {name.lower() for name in onward("/people", text).headers}
    answer = world.api.v1(
        "GET",
        "articles",
        headers={"If-None-Match": text.encode("ascii", "replace").decode().replace("\r", "").replace("\n", "")},
    )
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize(
    ("peer", "text"),
    [
        ("GHSA-4j9m-cxq4-9c36", "red;}</style><script>alert(1)</script>"), ("GHSA-4j9m-cxq4-9c36", "expression(alert(1))"),
        ("GHSA-4j9m-cxq4-9c36", "url(javascript:alert(1))"), ("GHSA-4j9m-cxq4-9c36", "@import 'http://evil.example/x.css'"),
        ("GHSA-4j9m-cxq4-9c36", "\"style=\"background:url(//evil.example)"),
    ],
)  # fmt: skip
def test_k20_no_text_becomes_a_style(world: World, peer: str, text: str) -> None:
    world.api.v1("PATCH", f"subscriptions/{world.ids['subscriptions', 'own']}", json={"name": text})
    answer = get(world, "/subscriptions")
    _nothing_acts(answer.text)
    assert "style=" not in answer.text.replace("&#34;style=&#34;", "")
    assert "<style" not in answer.text
    assert "style-src 'self';" in answer.headers["content-security-policy"]
