"""Sending one e-mail, and telling what certainly did not arrive from what may have."""

import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

import aiosmtplib

from claw.core.routines.routine import Channel
from claw.ports.channels import NotSent, Parcel, SendResult, Sent, Unknown
from claw.ports.clock import Clock
from claw.providers.mail.server import MailServer

SECONDS = 20.0
"""For each step; several of them stay below what an attempt may take."""

_PERMANENT = 500
Step = Literal["connect", "envelope", "data"]


class MailChannel:
    """``SendingChannel`` for e-mail, text with an HTML alternative."""

    def __init__(self, server: MailServer, *, sender: str, clock: Clock) -> None:
        self._server = server
        self._sender = sender
        self._clock = clock

    @property
    def name(self) -> Channel:
        """``email``."""
        return "email"

    @property
    def repeatable(self) -> bool:
        """Mailboxes show a message twice, whatever its id."""
        return False

    async def send(self, parcel: Parcel) -> SendResult:
        """Send it; once its text was handed over, a broken connection is no answer."""
        try:
            content = self._message(parcel).as_bytes()
            parcel.address.encode("ascii")
        except ValueError:
            # The engine makes the rest of a message, so what no header can hold is the address.
            return _invalid()
        step: Step = "connect"
        client = self._client()
        try:
            await client.connect()
            if self._server.username is not None:
                await client.login(self._server.username, self._server.password or "")
            step = "envelope"
            await client.mail(self._sender)
            await client.rcpt(parcel.address)
            step = "data"
            answer = await client.data(content)
            return Sent(_receipt(answer.message))
        except aiosmtplib.SMTPAuthenticationError:
            return NotSent("login_refused", again=True)
        except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPSenderRefused) as refused:
            return NotSent("address_refused", again=refused.code < _PERMANENT)
        except aiosmtplib.SMTPResponseException as refused:
            return NotSent("message_refused", again=refused.code < _PERMANENT)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as trouble:
            return _broken(step, trouble)
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            timeout=SECONDS,
            use_tls=self._server.security == "tls",
            start_tls=self._server.security == "starttls",
        )

    def _message(self, parcel: Parcel) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = parcel.address
        message["Subject"] = parcel.subject
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{parcel.key}@{self._sender.rpartition('@')[2].rstrip('>')}>"
        # So that no out-of-office answer comes back.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(parcel.text)
        message.add_alternative(parcel.html, subtype="html")
        return message


def _broken(step: Step, trouble: Exception) -> NotSent | Unknown:
    """What trouble without an answer of the server comes to."""
    if step == "data":
        return Unknown("broke_off")
    # With TLS from the start the library tells it as one that could not connect. It must be
    # asked first: a certificate that nobody trusts is a ValueError, too.
    if isinstance(trouble, ssl.SSLError) or isinstance(trouble.__cause__, ssl.SSLError):
        return NotSent("not_secure", again=True)
    # Before the envelope nothing was said of the address.
    if step == "envelope" and isinstance(trouble, ValueError):
        return _invalid()
    return NotSent("unreachable", again=True)


def _invalid() -> NotSent:
    return NotSent("address_invalid", again=False)


def _receipt(said: str) -> str:
    """What the server called it, as far as it fits."""
    return " ".join(said.split())[:200]
