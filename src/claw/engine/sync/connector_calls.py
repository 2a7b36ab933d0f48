"""The edge to a connector's code: what fails in it, and what it says, is made plain.

A connector may raise what is no connector error, and say texts that no database can hold.
Neither may stop the run, which other connections are part of.
"""

from collections.abc import Generator
from contextlib import contextmanager
from traceback import extract_tb

from msgspec.structs import replace

from claw.core.errors import ClawError
from claw.core.model.canonical import nfc
from claw.ports.connector import Account, CheckReport, Quarantined, StandingWarning
from claw.ports.connector_errors import ConnectorBug, ConnectorError


@contextmanager
def connector_code() -> Generator[None]:
    """Turn what no connector may raise into a ``ConnectorBug``.

    The message may quote data of the source: only the type is kept, and where it was.
    """
    try:
        yield
    except (ConnectorError, ClawError):
        raise
    except Exception as error:  # noqa: BLE001
        frames = extract_tb(error.__traceback__)
        where = ""
        if frames:
            file = frames[-1].filename.rpartition("/")[2]
            where = f" in {file}:{frames[-1].lineno}"
        raise ConnectorBug(f"the connector failed: {type(error).__name__}{where}") from None


def plain_report(report: CheckReport) -> CheckReport:
    """What a check says, every text of it as a database and a person can take it."""
    account = report.account
    return replace(
        report,
        account=Account(
            id=nfc(account.id),
            name=nfc(account.name),
            zone=_plain(account.zone),
            country=_plain(account.country),
            currency=_plain(account.currency),
        ),
        capabilities={nfc(name): nfc(value) for name, value in report.capabilities.items()},
        warnings=tuple(plain_warning(warning) for warning in report.warnings),
    )


def plain_warning(warning: StandingWarning) -> StandingWarning:
    """The same warning in plain text."""
    return StandingWarning(code=nfc(warning.code), message=nfc(warning.message))


def plain_quarantine(result: Quarantined) -> Quarantined:
    """The same refusal in plain text."""
    return Quarantined(code=nfc(result.code), path=nfc(result.path), detail=nfc(result.detail))


def _plain(text: str | None) -> str | None:
    return None if text is None else nfc(text)
