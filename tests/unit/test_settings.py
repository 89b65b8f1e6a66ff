"""Settings from defaults, a file, the environment and options, the later winning."""

from pathlib import Path

import pytest

from services import settings
from services.errors import InvalidError


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        monkeypatch.delenv(name)


def test_each_source_wins_over_the_one_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "tocsin.toml"
    file.write_text('port = 1\nhost = "file.example"\nmail_from = "file@file.example"\n')
    monkeypatch.setenv("TOCSIN_CONFIG", str(file))
    monkeypatch.setenv("TOCSIN_PORT", "2")
    monkeypatch.setenv("TOCSIN_HOST", "environment.example")
    found = settings.load(port=3, host=None)
    assert (found.port, found.host, found.mail_from) == (3, "environment.example", "file@file.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOCSIN_PORT", "many"),
        ("TOCSIN_SMTP_URL", "http://x"),
        ("TOCSIN_ALLOW_PRIVATE", "here"),
        ("TOCSIN_LEASE_S", "0"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidError) as error:
        settings.load()
    assert error.value.field == name
    assert value in error.value.message


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_CONFIG", "/nowhere.toml")
    with pytest.raises(InvalidError, match="nowhere"):
        settings.load()


def test_the_example_names_every_setting_with_its_default() -> None:
    text = (Path(settings.__file__).parents[1] / "config" / "tocsin.example.toml").read_text()
    for name in settings.Settings.model_fields:
        assert f"# {name} = " in text, name


@pytest.mark.parametrize("url", ["postgresql://u@h/d", "postgres://u@h/d"])
def test_a_postgresql_url_gets_its_driver(url: str) -> None:
    assert settings.load(database_url=url).database == "postgresql+psycopg://u@h/d"


def test_an_empty_broker_means_none_and_no_broker_means_the_embedded_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.load().broker_url is None
    monkeypatch.setenv("TOCSIN_BROKER_URL", "")
    assert settings.load().broker_url == ""
