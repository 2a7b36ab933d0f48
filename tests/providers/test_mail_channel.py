"""Mail to a real server on loopback, and to servers that fail in every way there is."""

import asyncio
import email
import email.policy
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec.structs import replace

from claw.ports.channels import NotSent, Parcel, Sent, Unknown
from claw.providers.mail import channel as mail_channel
from claw.providers.mail.channel import MailChannel
from claw.providers.mail.server import MailServer, parse_mail_url
from claw_testing.certificates import self_signed, serving
from claw_testing.sync_world import HandClock

NOW = datetime(2026, 11, 25, 19, tzinfo=UTC)
PARCEL = Parcel(
    tenant_id=UUID(int=1),
    key="4f1c",
    address="owner@example.com",
    subject="Harbour Plumbing: Thu 26 Nov",
    text="1 job — Tānia",
    html="<!doctype html><body>1 job</body>",
    sms="1 job",
    json=b"{}",
)


class Inbox:
    """A server that takes mail, or answers as it is told at one step."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.messages: list[EmailMessage] = []

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("mail", "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "data" in self.answers:
            return self.answers["data"]
        content = envelope.original_content or b""
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.messages.append(parsed)
        return "250 queued as 7Q2"


@asynccontextmanager
async def server(
    inbox: Inbox,
    *,
    upgrade: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(inbox, loop=loop, tls_context=upgrade), "127.0.0.1", 0, ssl=tls
    )
    async with listening:
        yield listening.sockets[0].getsockname()[1]


def channel(port: int) -> MailChannel:
    return MailChannel(
        parse_mail_url(f"smtp://127.0.0.1:{port}"),
        sender="Claw <claw@example.org>",
        clock=HandClock(NOW),
    )


async def test_a_message_arrives_with_text_html_and_its_key() -> None:
    inbox = Inbox()
    async with server(inbox) as port:
        assert await channel(port).send(PARCEL) == Sent("queued as 7Q2")

    (message,) = inbox.messages
    assert message["To"] == "owner@example.com"
    assert message["Subject"] == "Harbour Plumbing: Thu 26 Nov"
    assert message["Message-ID"] == "<4f1c@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    text, page = message.iter_parts()
    assert text.get_content().strip() == "1 job — Tānia"
    assert "1 job</body>" in page.get_content()


@pytest.mark.parametrize(
    ("answers", "result"),
    [
        ({"rcpt": "550 no such user"}, NotSent("address_refused", again=False)),
        ({"rcpt": "450 try later"}, NotSent("address_refused", again=True)),
        ({"mail": "553 not you"}, NotSent("address_refused", again=False)),
        ({"data": "554 looks like spam"}, NotSent("message_refused", again=False)),
        ({"data": "451 try later"}, NotSent("message_refused", again=True)),
    ],
)
async def test_a_refusal_says_whether_it_is_worth_trying_again(
    answers: dict[str, str], result: NotSent
) -> None:
    async with server(Inbox(**answers)) as port:
        assert await channel(port).send(PARCEL) == result


@pytest.mark.parametrize(
    "address", ["t\u0101nia@example.com", "owner@exa\nmple.com", "o\udc80@x.com"]
)
async def test_an_address_that_no_message_can_hold_is_refused_before_anything_leaves(
    address: str,
) -> None:
    inbox = Inbox()
    async with server(inbox) as port:
        sent = await channel(port).send(replace(PARCEL, address=address))

    assert sent == NotSent("address_invalid", again=False)
    assert inbox.messages == []


async def test_nobody_listening_is_certainly_not_sent() -> None:
    async with server(Inbox()) as port:
        pass
    assert await channel(port).send(PARCEL) == NotSent("unreachable", again=True)


async def answered(*lines: str) -> tuple[asyncio.Server, int]:
    """A server that says these lines, one for each it hears, and then hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for line in lines:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()
            if line.startswith("354"):
                while (await reader.readline()).strip() != b".":
                    pass
            elif await reader.readline() == b"":
                break
        writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0)
    return listening, listening.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("lines", "result"),
    [
        (["220 hi"], NotSent("unreachable", again=True)),
        (["220 hi", "250 ok", "250 ok"], NotSent("unreachable", again=True)),
        (["220 hi", "250 ok", "250 ok", "250 ok", "354 go on"], Unknown("broke_off")),
    ],
    ids=["at once", "before the text", "after the text"],
)
async def test_a_connection_that_breaks_after_the_text_was_handed_over_is_ambiguous(
    lines: list[str], result: object
) -> None:
    listening, port = await answered(*lines)
    async with listening:
        assert await channel(port).send(PARCEL) == result


async def test_a_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_channel, "SECONDS", 0.3)
    gate = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gate.wait()
        writer.close()

    listening = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        assert await channel(port).send(PARCEL) == NotSent("unreachable", again=True)
        gate.set()


async def test_a_login_that_is_refused_is_told() -> None:
    async with server(Inbox()) as port:
        server_without_login = MailServer(
            host="127.0.0.1", port=port, username="claw", password="canary", security="none"
        )
        sent = await MailChannel(
            server_without_login, sender="claw@example.org", clock=HandClock(NOW)
        ).send(PARCEL)

    assert isinstance(sent, NotSent)
    assert sent.again
    assert "canary" not in str(sent)


async def test_a_server_elsewhere_must_offer_starttls() -> None:
    async with server(Inbox()) as port:
        insecure = MailServer(
            host="127.0.0.1", port=port, username=None, password=None, security="starttls"
        )
        sent = await MailChannel(insecure, sender="claw@example.org", clock=HandClock(NOW)).send(
            PARCEL
        )

    assert isinstance(sent, NotSent)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_server_whose_certificate_nobody_signed_gets_no_mail_and_is_tried_again(
    tmp_path: Path, security: Literal["starttls", "tls"]
) -> None:
    inbox = Inbox()
    context = serving(self_signed("localhost", tmp_path))
    way = {"upgrade" if security == "starttls" else "tls": context}
    async with server(inbox, **way) as port:
        untrusted = MailServer(
            host="localhost", port=port, username=None, password=None, security=security
        )
        sent = await MailChannel(untrusted, sender="claw@example.org", clock=HandClock(NOW)).send(
            PARCEL
        )

    assert sent == NotSent("not_secure", again=True)
    assert inbox.messages == []


async def test_a_host_that_no_name_can_be_is_no_fault_of_the_address() -> None:
    nowhere = MailServer(
        host="a" * 64 + ".example", port=25, username=None, password=None, security="none"
    )
    sent = await MailChannel(nowhere, sender="claw@example.org", clock=HandClock(NOW)).send(PARCEL)

    assert sent == NotSent("unreachable", again=True)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, "starttls")),
        ("smtps://mail.example.org", ("mail.example.org", 465, "tls")),
        ("smtp://localhost:1025", ("localhost", 1025, "none")),
        ("smtp://u%40x:p%2Fw@mail.example.org:25", ("mail.example.org", 25, "starttls")),
    ],
)
def test_one_url_names_a_server(url: str, read: tuple[str, int, str]) -> None:
    found = parse_mail_url(url)
    assert (found.host, found.port, found.security) == read
    if found.username:
        assert (found.username, found.password) == ("u@x", "p/w")


@pytest.mark.parametrize(
    "url", ["", "http://x", "smtp://", "smtp://u:canary@", "smtp://u:canary@h:port"]
)
def test_a_url_that_names_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        parse_mail_url(url)
    assert "canary" not in str(refused.value)
