"""Settings from the environment (``CLAW_*``), an optional ``.env`` and ``*_FILE`` secrets.

Read once by an entry point and handed to the composition root. ``docs/reference/
configuration.md`` lists every variable.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from claw.core.errors import InvalidInput
from claw.providers.mail.server import parse_mail_url

KEY_BYTES = 32
PREFIX = "CLAW_"
_SECRETS = ("SECRET_KEY", "SECRET_KEY_PREVIOUS")
_URLS_WITH_PASSWORD = (
    "DATABASE_URL", "ADMIN_DATABASE_URL", "WORKER_DATABASE_URL", "SMTP_URL",
)  # fmt: skip


_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def _root_key(value: SecretStr) -> SecretStr:
    decode_key(value.get_secret_value())
    return value


def _postgres_url(value: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(value.get_secret_value())
        _ = parts.port
    except ValueError:
        # What Python says would quote what it took for the port: part of a password.
        raise ValueError(
            "cannot be read as a URL; write / ? # @ : % in a password as %2F %3F %23 %40 %3A %25"
        ) from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("must be a postgresql:// URL")
    sslmode = dict(parse_qsl(parts.query)).get("sslmode", "prefer")
    if sslmode not in _SSL_MODES:
        raise ValueError(f"sslmode must be one of: {', '.join(_SSL_MODES)}")
    return value


def _mail_url(value: SecretStr) -> SecretStr:
    parse_mail_url(value.get_secret_value())
    return value


RootKey = Annotated[SecretStr, AfterValidator(_root_key)]
PostgresUrl = Annotated[SecretStr, AfterValidator(_postgres_url)]
MailUrl = Annotated[SecretStr, AfterValidator(_mail_url)]


class Settings(BaseSettings):
    """The effective settings of one process."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    env: Literal["dev", "test", "prod"] = "dev"
    home: Annotated[Path, NoDecode] = Path(".claw")
    database_url: PostgresUrl | None = None
    admin_database_url: PostgresUrl | None = None
    worker_database_url: PostgresUrl | None = None
    allow_embedded: bool = False
    secret_key: RootKey | None = None
    secret_key_previous: RootKey | None = None
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    log_format: Literal["console", "json"] | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    clock: str = "system"
    tenant: str | None = None
    verticals: Annotated[Path, NoDecode] | None = None
    smtp_url: MailUrl | None = None
    mail_from: str | None = None
    webhook_allow_private: bool = False
    worker_http_port: int | None = Field(default=None, ge=0, le=65535)

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> Self:
        if self.smtp_url is not None and not self.mail_from:
            raise ValueError("must name the sender where CLAW_SMTP_URL is set")
        sender = self.mail_from or ""
        if not parseaddr(sender)[1].isascii() or not sender.isprintable():
            raise ValueError("must be one line with an address of ASCII characters")
        return self

    @property
    def effective_log_format(self) -> Literal["console", "json"]:
        """``console`` in dev, ``json`` elsewhere, unless set."""
        return self.log_format or ("console" if self.env == "dev" else "json")

    @property
    def embedded(self) -> bool:
        """Whether the embedded PostgreSQL under ``home`` is used."""
        return self.database_url is None


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Raises:
        InvalidInput: naming the variable; the value itself is never quoted.
    """
    from_files = _read_secret_files(os.environ if environment is None else environment)
    try:
        return Settings(**from_files)  # pyright: ignore[reportArgumentType]  # validated by pydantic
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        # What concerns several settings together is about the sender of mail.
        variable = PREFIX + ("_".join(str(part) for part in first["loc"]).upper() or "MAIL_FROM")
        raise InvalidInput(
            f"{variable}: {first['msg']}",
            code="setting_invalid",
            field=variable,
            hint="see `claw config show` and docs/reference/configuration.md",
        ) from None


def decode_key(text: str) -> bytes:
    """Decode a root key: 32 bytes in base64. Raises ValueError."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("must be base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError(f"must be {KEY_BYTES} bytes in base64, for example from `openssl rand`")
    return key


def unsafe_settings(settings: Settings) -> list[tuple[str, str, str]]:
    """What is unsafe for the environment, as (variable, problem, mend)."""
    if settings.env != "prod":
        return []
    found: list[tuple[str, str, str]] = []
    if settings.secret_key is None:
        found.append(
            ("CLAW_SECRET_KEY", "prod needs a key of its own", "set 32 random bytes in base64")
        )
    if settings.embedded and not settings.allow_embedded:
        found.append(
            (
                "CLAW_DATABASE_URL",
                "prod does not run on the embedded database",
                "set the URL of a PostgreSQL server, or CLAW_ALLOW_EMBEDDED=1",
            )
        )
    if settings.clock != "system":
        found.append(("CLAW_CLOCK", "prod runs on the system clock", "unset it"))
    if settings.webhook_allow_private:
        found.append(
            ("CLAW_WEBHOOK_ALLOW_PRIVATE", "prod calls public addresses alone", "unset it")
        )
    if settings.log_level == "debug":
        found.append(("CLAW_LOG_LEVEL", "prod does not run in debug", "set info or above"))
    return found


def describe_settings(settings: Settings) -> list[tuple[str, str, str]]:
    """Every setting as (variable, masked value, where it came from)."""
    rows: list[tuple[str, str, str]] = []
    for name in type(settings).model_fields:
        variable = PREFIX + name.upper()
        value: object = getattr(settings, name)
        if isinstance(value, SecretStr):
            shown = _mask(variable, value)
        else:
            shown = "" if value is None else str(value)
        rows.append((variable, shown, _origin(variable, name in settings.model_fields_set)))
    return rows


def _mask(variable: str, value: SecretStr) -> str:
    if not variable.endswith("URL"):
        return "********"
    parts = urlsplit(value.get_secret_value())
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    user = f"{parts.username}:********@" if parts.username else ""
    return f"{parts.scheme}://{user}{host}{port}{parts.path}"


def _origin(variable: str, was_set: bool) -> str:
    if f"{variable}_FILE" in os.environ:
        return "file"
    if variable in os.environ:
        return "environment"
    return ".env" if was_set else "default"


def _read_secret_files(environment: Mapping[str, str]) -> dict[str, str]:
    """Values of ``CLAW_<NAME>_FILE`` for the settings that hold secrets."""
    values: dict[str, str] = {}
    for name in (*_SECRETS, *_URLS_WITH_PASSWORD):
        variable = f"{PREFIX}{name}_FILE"
        path = environment.get(variable)
        if path is None:
            continue
        if f"{PREFIX}{name}" in environment:
            raise InvalidInput(
                f"both {PREFIX}{name} and {variable} are set",
                code="setting_invalid",
                field=variable,
                hint="keep one of them",
            )
        try:
            values[name.lower()] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
            raise InvalidInput(
                f"{variable}: the file cannot be read ({why})",
                code="setting_invalid",
                field=variable,
                hint="check the path and its permissions",
            ) from None
    return values
