"""C18: no secret and nobody's data in logs, errors, metrics or addresses."""

import contextlib
import io
import logging
from collections.abc import Callable, Generator, Iterator, Mapping
from urllib.parse import unquote_plus

import msgspec

from claw.connect.conformance.bookings import at, book_many, quieten
from claw.connect.conformance.check import Check, Run, expect
from claw.connect.conformance.session import Read, Session, Stand
from claw.connect.conformance.subject import Impossible, Trouble
from claw.core.model.records import Appointment, Customer, Location, Record, Resource
from claw.ports.connector import Mapped, Quarantined, Skipped
from claw.ports.connector_errors import ConnectorError

NOTE = "ask for Zebedee Quillfeather, 0491 570 313, zebedee@quillfeather.example"
_WORDS = ("Zebedee", "Quillfeather", "0491 570 313", "zebedee@quillfeather.example")
_ALWAYS = 100_000
_SHORTEST = 6
_TROUBLE = (
    Trouble.SERVER_ERROR,
    Trouble.BROKEN_JSON,
    Trouble.HTML_PAGE,
    Trouble.RESET,
    Trouble.THROTTLED,
    Trouble.FORBIDDEN_PART,
    Trouble.UNKNOWN_STATUS,
    Trouble.FIELD_MISSING,
    Trouble.REVOKED,
)


async def _nothing_leaks(run: Run) -> None:
    stand = Stand(run)
    quieten(stand)
    stand.stage.book(at(stand.stage.today, 0, 30), 15, text=NOTE)  # the first row of the list
    book_many(stand, 2)
    secrets = stand.stage.secrets()
    personal: set[str] = set(_WORDS)
    said: list[tuple[str, str]] = []
    with _overheard() as heard:
        await _worked(stand, said, personal)
        with contextlib.suppress(Impossible):
            stand.stage.trouble(Trouble.ECHOES_CREDENTIAL)
        for kind in _TROUBLE:
            await _troubled(stand, kind, said, personal)
    said += [("the log", line) for line in stand.log.lines]
    said += [("metrics", repr(attempt)) for attempt in stand.notebook.attempts]
    said += [("the process's own output", text) for text in heard()]
    _expect_silence(said, secrets, personal)
    _expect_plain_addresses(stand, secrets, personal)


async def _worked(stand: Stand, said: list[tuple[str, str]], personal: set[str]) -> None:
    """A session without trouble; adds what its records say of people to ``personal``."""
    async with stand.session() as session:
        said.append(("what check reports", repr((session.report.warnings, session.ctx.proofs))))
        read = await session.days(session.today, session.today)
        _note_results(session, read, said, personal)


async def _troubled(
    stand: Stand, kind: Trouble, said: list[tuple[str, str]], personal: set[str]
) -> None:
    """The same with trouble, in the read alone and then from the check on."""
    try:
        async with stand.session() as session:
            stand.stage.trouble(kind, times=_ALWAYS, option="seconds")
            read = await session.days(session.today, session.today)
            _note_results(session, read, said, personal)
            said.append((f"warnings after {kind}", repr(session.ctx.warnings)))
            if read.error is not None:
                said += [(f"an error after {kind}", text) for text in texts_of(read.error)]
        async with stand.session():
            pass
    except ConnectorError as error:
        said += [(f"an error after {kind}", text) for text in texts_of(error)]
    except Impossible:
        return
    finally:
        stand.stage.calm()


def _note_results(
    session: Session, read: Read, said: list[tuple[str, str]], personal: set[str]
) -> None:
    for bundle in read.bundles:
        match session.map(bundle):
            case Mapped() as mapped:
                personal |= {word for record in mapped.records for word in _personal(record)}
            case Skipped() | Quarantined() as result:
                said.append(("a quarantine reason", repr(result)))


def texts_of(error: BaseException) -> Iterator[str]:
    """Everything an exception and those behind it would say in a traceback or a report."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        each = pending.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield f"{type(each).__name__} {each} {each.args!r} {vars(each)!r}"
        yield repr(getattr(each, "__notes__", ""))
        pending += [each.__cause__, each.__context__]


def _personal(record: Record) -> Iterator[str]:
    """What a record says of people, as it would be recognised in a line of text."""
    match record:
        case Appointment():
            named = [record.contact] if record.contact is not msgspec.UNSET else []
            phones = [phone for contact in named for phone in contact.phones]
            words = [word for contact in named for word in (contact.name, *contact.emails)]
        case Customer():
            phones, words = list(record.phones), [record.name, *record.emails]
        case Location():
            phones, words = [], list(record.address.lines)
        case Resource() if record.kind == "person":
            phones, words = list(record.phones), [record.name]
        case _:
            return
    yield from (word for word in words if len(word) >= _SHORTEST)
    yield from (phone.raw for phone in phones if len(phone.raw) >= _SHORTEST)


class _Records(logging.Handler):
    """Keeps the text of every record of the standard library's logging."""

    def __init__(self) -> None:
        super().__init__(level=logging.NOTSET)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it, with what it carries besides its message."""
        self.texts.append(f"{record.getMessage()} {record.__dict__!r}")


@contextlib.contextmanager
def _overheard() -> Generator[Callable[[], list[str]]]:
    """What the process logs or prints meanwhile, whoever does it."""
    records, out, err = _Records(), io.StringIO(), io.StringIO()
    root = logging.getLogger()
    level = root.level
    root.addHandler(records)
    root.setLevel(logging.NOTSET)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield lambda: [*records.texts, out.getvalue(), err.getvalue()]
    finally:
        root.removeHandler(records)
        root.setLevel(level)


def _expect_silence(
    said: list[tuple[str, str]], secrets: Mapping[str, str], personal: set[str]
) -> None:
    for where, text in said:
        for name, secret in secrets.items():
            expect(secret not in text, f"{where} holds the secret {name}")
        for word in personal:
            # The word itself is somebody's: it is not repeated in the finding either.
            expect(word not in text, f"{where} holds personal data")


def _expect_plain_addresses(stand: Stand, secrets: Mapping[str, str], personal: set[str]) -> None:
    for sent in stand.wire.sent:
        address = unquote_plus(f"{sent.path}?{sent.query}")
        for name, secret in secrets.items():
            expect(secret not in address, f"a request's address holds the secret {name}")
        for word in personal:
            expect(word not in address, "a request's address holds personal data")


CANARIES = Check(number="C18", title="Nothing secret or personal leaks", body=_nothing_leaks)
