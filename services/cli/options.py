"""Options that many commands share, and reading the settings with them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.errors import InvalidError

if TYPE_CHECKING:
    from sqlmodel import Session

    from services.settings import Settings

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of the database, mail and token.", show_default=False),
]
Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings file (TOML).", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Home = Annotated[
    str | None,
    typer.Option("--home", metavar="PLACE", help="Where the source is at home: US-CA, or a name.", show_default=False),
]
TeamOption = Annotated[
    str | None, typer.Option("--team", metavar="TEAM", help="Name or id of the team it is for.", show_default=False)
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many to list, the newest first.")]


def read_settings(data: Path | None = None, config: Path | None = None) -> Settings:
    """Read the settings; the options win over the environment, and child processes read the same file."""
    from services import settings

    if config is not None:
        os.environ["TOCSIN_CONFIG"] = str(config.absolute())
    file = os.environ.get("TOCSIN_CONFIG")
    if file and Path(file).is_file():
        _check_file(Path(file))
    return settings.load(data=data)


def _check_file(file: Path) -> None:
    """Refuse a file that is no TOML, or that names a setting which does not exist."""
    import difflib
    import tomllib

    from services.settings import Settings

    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidError(f"The settings file {file} is no TOML: {error}", field="--config") from error
    for name in found:
        if name not in Settings.model_fields:
            near = difflib.get_close_matches(name, Settings.model_fields, n=1)
            meant = f". Did you mean {near[0]}?" if near else ""
            raise InvalidError(f'There is no setting "{name}", in {file}{meant}', field="--config")


def owner_of(session: Session, person: str | None, team: str | None) -> str:
    """Give the id of the person or team that something is for; exactly one of them is named."""
    from services.store import people, teams

    if (person is None) == (team is None):
        raise InvalidError("Say whom it is for: --person WHO or --team TEAM", field="--person")
    return people.one(session, person).id if person is not None else teams.get(session, team or "").id


def with_data(command: str, settings: Settings) -> str:
    """Complete a command that is shown: without `--data` it would look into another folder."""
    from services.settings import Settings

    usual = Settings.model_fields["data"].default.expanduser().absolute()
    if settings.data == usual:
        return command
    return f"{command} --data {_quoted(str(settings.data))}"


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)
