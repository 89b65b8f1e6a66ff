"""Secrets that are looked for where none may be: in what each test of a run writes to its log, and in one test by name.

Every test fails whose log or standard error shows a token, the secret of a webhook, or one of the canaries that the
builders and the tests of secrets plant. What a command prints on purpose goes to its standard output.
"""

from __future__ import annotations

import re
from collections.abc import Generator

import pytest

PLANTED = "canary-9f27"
WEBHOOK = "c2VjcmV0" * 4  # in the secrets of the webhooks that the builders make
_SECRETS = re.compile(rf"tcn_[0-9a-f]{{8}}_[\w-]{{43}}|whsec_[A-Za-z0-9+/=_-]{{24,}}|{WEBHOOK}|{PLANTED}[\w.-]*")
_LOGS = ("stderr", "log")


def leaked(text: str) -> list[str]:
    """Name the secrets that a text shows."""
    return _SECRETS.findall(text)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.CallInfo, None]:
    """Fail a test that logged a secret, when its log is complete."""
    outcome = yield
    report = outcome.get_result()
    shown = [found for name, text in report.sections if name.split()[1] in _LOGS for found in leaked(text)]
    if shown and report.passed:
        report.outcome = "failed"
        report.longrepr = f"{len(shown)} secrets were logged, the first: {shown[0][:12]}…"
