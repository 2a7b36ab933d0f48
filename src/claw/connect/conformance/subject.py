"""What an author of a connector supplies to the suite: the vendor, on a stage.

The suite speaks of appointments and of trouble in general; a subject translates that into
its own vendor's rows and its own simulator's faults. What a vendor cannot do at all (a
salon system that never deletes, say) it answers with :class:`Impossible`, and the author
explains it in ``quality.toml``.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from starlette.types import ASGIApp

from claw.connect.simulator import LoggedRequest
from claw.connect.token_server import TokenServer
from claw.ports.connector import Bundle, Connector, MapEnv


class Impossible(Exception):
    """The vendor, or its simulator, cannot do what the suite asks; the message says why."""


class Trouble(StrEnum):
    """Trouble the suite can ask of any vendor."""

    SERVER_ERROR = "server_error"
    """5xx with a page for people."""
    BROKEN_JSON = "broken_json"
    """An answer cut in the middle."""
    HTML_PAGE = "html_page"
    """200 with a login or maintenance page."""
    RESET = "reset"
    """The connection is reset without an answer."""
    EMPTY_LIST = "empty_list"
    """200 with an empty list where rows could not be read."""
    THROTTLED = "throttled"
    """429; ``option`` is ``seconds``, ``date``, ``zero``, ``garbage`` or ``absent``."""
    REVOKED = "revoked"
    """The credential is refused from now on."""
    FORBIDDEN_PART = "forbidden_part"
    """The credential may not read some linked objects."""
    FILTER_IGNORED = "filter_ignored"
    """The list gives more than was asked for."""
    ROW_INSERTED = "row_inserted"
    """A row is inserted between two pages."""
    ROW_DELETED = "row_deleted"
    """A row is deleted between two pages."""
    UNKNOWN_STATUS = "unknown_status"
    """A status or type that nobody documents, on at least one row."""
    FIELD_MISSING = "field_missing"
    """A field without which a row means nothing is left out of at least one row."""
    ECHOES_CREDENTIAL = "echoes_credential"
    """Error bodies repeat the request's headers."""


class Stage(Protocol):
    """One vendor account with a schedule that the suite can set.

    Local times are wall clock times of the account's zone. Ids are source ids as the
    connector's primary ``Raw`` carries them (``schedule:90101``).
    """

    @property
    def app(self) -> ASGIApp:
        """The vendor's API."""
        ...

    @property
    def today(self) -> date:
        """The local date on which the stage is set."""
        ...

    @property
    def zone(self) -> str:
        """The account's IANA zone."""
        ...

    @property
    def log(self) -> Sequence[LoggedRequest]:
        """Every request of the vendor's API so far."""
        ...

    @property
    def violations(self) -> Sequence[str]:
        """Promises of a read-only client that were broken."""
        ...

    def settings(self, base_url: str) -> Mapping[str, str]:
        """Public settings of a connection to this account, as fast as the vendor allows."""
        ...

    def secrets(self) -> Mapping[str, str]:
        """Secrets of a connection to this account."""
        ...

    def clear(self, first: date, last: date) -> None:
        """Take every appointment of these local dates away, before anything was read."""
        ...

    def book(self, start: datetime, minutes: int, *, text: str = "") -> str:
        """Put an appointment with a customer at a naive local time; returns its source id.

        ``text`` goes into a free-text field that the connector reads.
        """
        ...

    def book_late(self, start: datetime, minutes: int, *, behind: timedelta) -> str:
        """Book an appointment that the feed of changes tells late; returns its source id.

        Its entry appears now, and is stamped so long before the newest one there is, or at
        that very moment. Raises Impossible where there is no such feed.
        """
        ...

    def move(self, source_id: str, start: datetime) -> None:
        """Move an appointment to a naive local time; the same object, not a new one."""
        ...

    def cancel(self, source_id: str) -> None:
        """Cancel an appointment as the vendor's users do, if that is not deleting it."""
        ...

    def delete(self, source_id: str) -> None:
        """Delete an appointment: the source no longer has it."""
        ...

    def restore(self, source_id: str) -> None:
        """Bring a deleted appointment back under its own id."""
        ...

    def trouble(self, kind: Trouble, *, times: int = 1, after: int = 0, option: str = "") -> None:
        """Make the next matching ``times`` answers fail so, letting ``after`` pass first.

        Concerns the list of appointments, except where the kind says otherwise. Standing
        kinds ignore ``times``. Raises Impossible.
        """
        ...

    def calm(self) -> None:
        """End all trouble."""
        ...

    @property
    def tokens(self) -> TokenServer:
        """Where this account's tokens are asked for. Raises Impossible without OAuth."""
        ...

    def neighbour(self) -> "Stage":
        """Another account on the same simulator, with a credential of its own.

        Its ``app`` is the same object. Raises Impossible.
        """
        ...

    def need(self, template: str) -> None:
        """Arrange that check or reading needs this declared read, which it seldom does.

        An object's own URL, say, where lists usually suffice. Raises Impossible.
        """
        ...


class Subject(Protocol):
    """A connector with its stage, its recorded bundles and its quality file."""

    @property
    def connector(self) -> Connector:
        """The connector under test."""
        ...

    @property
    def object_path(self) -> str:
        """Where the connector is imported from, as its entry point says: ``module:NAME``."""
        ...

    @property
    def page_rows(self) -> int:
        """The most appointments one page of the vendor's list holds, as the connector asks."""
        ...

    def stage(
        self,
        *,
        seed: int,
        today: date,
        zone: str | None = None,
        monotonic: Callable[[], float] | None = None,
    ) -> Stage:
        """A fresh account; in ``zone`` where given. Raises Impossible for a zone.

        ``monotonic`` gives the seconds by which the stage counts and logs requests, so that
        a check whose waits are skipped is judged by the time it believes to have waited.
        """
        ...

    def fixtures(self) -> Mapping[str, Bundle]:
        """Recorded or documented bundles by name, ``<case>``; each stream has at least one."""
        ...

    def map_env(self, name: str) -> MapEnv:
        """What the mapper is told with the fixture ``name``: zone, country, settings."""
        ...

    def older_fixtures(self) -> Mapping[str, Bundle]:
        """Fixtures of bundles as older versions of the connector stored them.

        Named ``<version>/<case>``; empty while there was only one version.
        """
        ...

    def goldens(self) -> Mapping[str, bytes]:
        """For each fixture, the older ones too, what it must give; reviewed by people.

        Canonical records as JSON Lines, the primary one first. A fixture that gives none has
        one line instead: ``{"skipped":<code>}`` or ``{"quarantined":<code>,"path":<path>}``.
        """
        ...
