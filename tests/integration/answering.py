"""Commands that need no data folder, run in this process."""

from __future__ import annotations

import pytest

from services.cli.app import run


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command here; give its exit code and what it wrote."""
    code = run(arguments)
    out, err = capsys.readouterr()
    return code, out, err
