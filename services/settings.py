"""Every setting, read once where a process starts and passed on as plain values.

Order, the later wins: defaults, the file that `--config` names (TOML, as `config/tocsin.example.toml`), environment
variables `TOCSIN_…`, options on the command line.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from services.errors import InvalidError

SignUp = Literal["closed", "invitation", "open"]
Names = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(env_prefix="TOCSIN_", extra="ignore", frozen=True, toml_file=None)

    data: Path = Field(default=Path("~/.local/share/tocsin"), description="folder of the database, mail and token")
    database_url: str = Field(default="", description="empty: SQLite in the data folder")
    broker_url: str | None = Field(default=None, description="unset: the embedded broker; empty: no broker")
    smtp_url: str = Field(default="", description="empty: mail is kept in the data folder")
    mail_from: str = Field(default="Tocsin <alerts@localhost>", description="sender of mails")
    base_url: str = Field(default="", description="address of the dashboard as recipients see it")
    sign_up: SignUp = Field(default="invitation", description="who may become a person: closed, invitation, open")
    allow_private: Names = Field(default=(), description="private address ranges that may be connected to")
    mail_folders: Names = Field(default=(), description="folders whose maildirs may be read as sources")
    secret_key_file: Path | None = Field(default=None, description="unset: DATA/secret.key")
    host: str = Field(default="127.0.0.1", description="address that the API listens on")
    port: int = Field(default=8000, ge=0, le=65535, description="port that the API listens on")
    proxies: Names = Field(default=(), description="addresses of reverse proxies that say for whom they ask")
    group_s: float = Field(default=300.0, ge=0, description="one message a subscription in so many seconds")
    give_up_h: float = Field(default=120.0, gt=0, description="a channel that fails for so many hours is disabled")
    rest_most_s: float = Field(default=1800.0, gt=0, description="a failing channel is tried at least so often")
    mail_per_s: float = Field(default=10.0, ge=0, description="mails a second to the mail server; 0: no limit")
    web_per_s: float = Field(default=5.0, ge=0, description="webhooks a second to one host; 0: no limit")
    chat_per_s: float = Field(default=1.0, ge=0, description="messages a second to one chat; 0: no limit")
    story_h: float = Field(default=72.0, gt=0, le=8760, description="hours after its last article that a story is open")
    flood_most: int = Field(default=30, ge=0, description="messages to one channel in 10 minutes before it is a flood")
    backfill_h: float = Field(default=24.0, ge=0, description="items older than this at a first poll raise no alert")
    poll_s: float = Field(default=300.0, ge=1, description="how often a source is polled whose rhythm is not known yet")
    poll_least_s: float = Field(default=120.0, ge=1, description="a source is never polled more often")
    poll_most_s: float = Field(default=3600.0, ge=1, description="a source is never polled less often")
    host_gap_s: float = Field(default=1.0, ge=0, description="pause between two requests to one host")
    fetchers: int = Field(default=32, ge=1, le=256, description="fetches at once in one ingest worker")
    lag_s: float = Field(default=300.0, gt=0, description="a stage whose oldest row waits longer is late")
    disk_least_mb: int = Field(default=500, ge=0, description="free space of the data folder that operators want")
    keep_texts_d: float = Field(default=0.0, ge=0, description="days that texts of articles are kept; 0: for ever")
    keep_messages_d: float = Field(default=0.0, ge=0, description="days that sent messages are kept; 0: for ever")
    canary_s: float = Field(default=0.0, ge=0, description="how often a canary goes through the pipeline; 0: never")
    canary_late_s: float = Field(default=60.0, gt=0, description="a canary that takes longer is an incident")
    ask_after_d: float = Field(
        default=180.0, ge=0, description="days after which a subscription may be stale; 0: never"
    )
    retire_after_d: float = Field(default=30.0, gt=0, description="days that its answer is waited for")
    subscriptions_most: int = Field(default=1000, ge=0, description="subscriptions of one subscriber; 0: any number")
    sweep_s: float = Field(default=5.0, gt=0, description="how often waiting rows are looked for, with a broker")
    lease_s: float = Field(default=60.0, gt=1, description="how long a worker may hold a row")
    hard_limit_s: float = Field(default=900.0, gt=1, description="when a send in flight is given up")
    bounce_address: str = Field(default="", description="where mail that came back goes, read by tocsin bounce")
    dkim_key_file: Path | None = Field(default=None, description="RSA key as PEM that signs mails; unset: none")
    dkim_selector: str = Field(default="tocsin", description="name of the DKIM key in the DNS")
    dkim_domain: str = Field(default="", description="domain that signs; empty: that of the sender")
    final_dot_s: float = Field(default=600.0, gt=0, description="wait for a mail server's answer to the message")
    send_s: float = Field(default=30.0, gt=0, description="wait for the answer of a webhook or chat service")
    senders: int = Field(default=32, ge=1, le=64, description="sends at once in one deliver worker")
    webhook_delays_s: Annotated[tuple[float, ...], NoDecode] = Field(default=(), description="empty: 5 s to 24 h")
    mail_delays_s: Annotated[tuple[float, ...], NoDecode] = Field(default=(), description="empty: 1 min to 72 h")
    restart_most_s: float = Field(default=10.0, ge=0.2, description="longest wait before an ended process starts again")
    otlp_url: str = Field(default="", description="collector that traces go to, by OTLP over HTTP; empty: none")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="least level logged")
    log_json: bool = Field(default=True, description="logs as JSON lines; false: for reading")

    @field_validator("allow_private", "proxies", "mail_folders", "webhook_delays_s", "mail_delays_s", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("allow_private", "proxies")
    @classmethod
    def _ranges(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ipaddress.ip_network(part, strict=False)) for part in value)

    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"smtp", "smtps", "smtp+starttls"} or not parts.hostname):
            message = "expected smtp://, smtps:// or smtp+starttls:// with a host"
            raise ValueError(message)
        return value

    @field_validator("otlp_url")
    @classmethod
    def _collector(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            message = "expected http:// or https:// with a host"
            raise ValueError(message)
        if value and not all(map(_installed, _TRACING)):
            message = "it needs OpenTelemetry, which is not installed: pip install 'tocsin[otel]'"
            raise ValueError(message)
        return value

    @field_validator("data", "secret_key_file", "dkim_key_file")
    @classmethod
    def _home(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the database."""
        if not self.database_url:
            return f"sqlite:///{self.data / 'tocsin.db'}"
        return _with_driver(self.database_url)

    @property
    def public_url(self) -> str:
        """The address that messages point to, without a slash at its end."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def own_urls(self) -> tuple[str, str]:
        """The addresses that this installation answers at, which it never fetches from."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url, f"http://{host}:{self.port}"

    @property
    def key_file(self) -> Path:
        """Where the key that secrets are encrypted with is kept."""
        return self.secret_key_file or self.data / "secret.key"

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """Put the TOML file below the environment. `TOCSIN_CONFIG` names it, so that child processes read the same."""
        file = os.environ.get("TOCSIN_CONFIG")
        return (init_settings, env_settings, *([TomlConfigSettingsSource(settings_cls, Path(file))] if file else []))


def load(**given: Any) -> Settings:  # Any: options as the command line gives them, checked by the model
    """Read the settings; options that are `None` were not given."""
    file = os.environ.get("TOCSIN_CONFIG")
    if file and not Path(file).is_file():
        raise InvalidError(f"There is no settings file {file}", field="--config")
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidError(f"The settings file {file} is not TOML: {error}", field="--config") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]) or "settings"
        found = first.get("input")
        raise InvalidError(
            f"The setting {name} cannot be used: {first['msg']}, found {found!r}", field=f"TOCSIN_{name.upper()}"
        ) from error


_TRACING = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http")


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _with_driver(url: str) -> str:
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url
