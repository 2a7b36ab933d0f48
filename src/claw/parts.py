"""The parts that the wiring is given: connectors, verticals, keys, ways of reaching people.

Part of the composition root: each is made of the settings and of what is installed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from claw.connect.catalog import InstalledConnectors
from claw.connect.machine import Machine
from claw.core.errors import InstallationBroken
from claw.core.routines.routine import Channel as ChannelName
from claw.core.verticals import VerticalPack, parse_pack
from claw.engine.deliveries.console import ConsoleChannel
from claw.ports.channels import Channels, SendingChannel
from claw.ports.clock import Clock
from claw.ports.connector import Log
from claw.ports.rate_budget import RateBudget
from claw.providers.mail.channel import MailChannel
from claw.providers.mail.server import parse_mail_url
from claw.providers.sms.sandbox import SandboxSms
from claw.settings import Settings, decode_key
from claw.system.key_file import create_key_file
from claw.telemetry import PrometheusMetrics

_KEY_FILE = "secret.key"


@dataclass(frozen=True)
class StandIns:
    """What a rehearsal puts in the place of the machine's parts; all else is real."""

    machine: Machine
    budget: RateBudget
    catalog: InstalledConnectors
    metrics: PrometheusMetrics
    log: Log


def connector_catalog(settings: Settings) -> InstalledConnectors:
    """The installed connectors."""
    return InstalledConnectors(allow_plain_http_loopback=settings.env != "prod")


def vertical_packs(own: Path | None = None) -> Mapping[str, VerticalPack]:
    """The verticals this installation knows, by name: one data file each.

    Those in the folder ``own`` come beside the packaged ones, or in their place.

    Raises:
        InstallationBroken: when the folder cannot be read.
        InvalidInput: when one of the files is no vertical.
    """
    folders: list[Traversable] = [resources.files("claw.core.verticals")]
    if own is not None:
        folders.append(own)
    try:
        return {
            entry.name.removesuffix(".toml"): parse_pack(entry.read_bytes())
            for folder in folders
            for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
            if entry.name.endswith(".toml")
        }
    except OSError as error:
        raise InstallationBroken(
            f"the folder of verticals cannot be read: {error.strerror}",
            code="verticals_unreadable",
            field="CLAW_VERTICALS",
            hint="give the processes the right to read it, or unset CLAW_VERTICALS",
        ) from error


def root_key(settings: Settings) -> bytes:
    """The root key: the one set, else one generated into ``CLAW_HOME`` outside prod."""
    if settings.secret_key is not None:
        return decode_key(settings.secret_key.get_secret_value())
    path = settings.home.resolve() / _KEY_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            create_key_file(path)
        return decode_key(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise InstallationBroken(
            f"the generated key {path} cannot be used: {type(error).__name__}",
            code="secret_key_unusable",
            field="CLAW_SECRET_KEY",
            hint="make CLAW_HOME writable and the file whole, or set CLAW_SECRET_KEY",
        ) from error


def channels_of(settings: Settings, clock: Clock) -> Channels:
    """The ways of reaching people that are set up."""
    channels: dict[ChannelName, SendingChannel] = {"console": ConsoleChannel()}
    if settings.env != "prod":
        channels["sms"] = SandboxSms()
    if settings.smtp_url is not None:
        channels["email"] = MailChannel(
            parse_mail_url(settings.smtp_url.get_secret_value()),
            sender=settings.mail_from or "",
            clock=clock,
        )
    return channels
