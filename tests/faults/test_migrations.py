"""C23: the process that brings a database to this version is ended before it commits: all of it or nothing, then again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect

from services.errors import InvalidError
from services.store.schema import check, head, upgrade_to
from services.store.work import open_store
from tests.builders import a_person

EARLIER = "0007"
_UPGRADE = "import os; from services import crashpoints; from services.cli.app import main; crashpoints.arm(os.environ); main()"


def upgraded(url: str, data: Path, crash: str = "") -> int:
    """Run `tocsin db upgrade`, with a crash point armed, and give its exit code."""
    given = {"TOCSIN_DATA": str(data), "TOCSIN_DATABASE_URL": url, "TOCSIN_TEST": "1", "TOCSIN_CRASHPOINT": crash}
    command = [sys.executable, "-c", _UPGRADE, "db", "upgrade"]
    return subprocess.run(command, env=os.environ | given, capture_output=True, check=False).returncode


@pytest.mark.parametrize("earlier", ["", EARLIER])
def test_an_upgrade_that_is_cut_off_is_done_whole_the_next_time(
    database_url: str, tmp_path: Path, earlier: str
) -> None:
    store = open_store(database_url)
    if earlier:
        upgrade_to(store, earlier)
    before = set(inspect(store.engine).get_table_names())
    assert upgraded(database_url, tmp_path, "C23") == -signal.SIGKILL
    assert set(inspect(store.engine).get_table_names()) == before
    with pytest.raises(InvalidError, match=f"at revision {earlier or 'none'}"):
        check(store)
    assert upgraded(database_url, tmp_path) == 0
    check(store)
    with store.write() as work:
        a_person(work.session)
    store.close()
    assert head() > EARLIER
