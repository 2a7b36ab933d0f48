"""Calling endpoints over real sockets: what arrives, and what each answer comes to."""

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest

from claw.ports.webhook_sender import WebhookCall
from claw.providers.webhook.sender import HttpWebhooks
from claw_testing.certificates import self_signed, serving
from claw_testing.webhook_receiver import Receiver, receiver, said

HOST = "hooks.example.com"
BODY = b'{"specversion":"1.0"}'
HEADERS = {"content-type": "application/cloudevents+json", "webhook-id": "evt_1"}


class LeadsHere:
    """A resolver for whom every host is this machine; counts what it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return ["127.0.0.1"]


def webhooks(*, seconds: float = 5, tls: ssl.SSLContext | None = None) -> HttpWebhooks:
    return HttpWebhooks(anywhere=True, resolve=LeadsHere(), seconds=seconds, tls=tls)


def call(endpoint: Receiver, *, scheme: str = "http", path: str = "/claw?k=1") -> WebhookCall:
    return WebhookCall(url=f"{scheme}://{HOST}:{endpoint.port}{path}", headers=HEADERS, body=BODY)


async def test_a_call_arrives_as_it_was_written_under_the_hosts_own_name() -> None:
    async with receiver(said(204)) as endpoint:
        result = await webhooks().send(call(endpoint))

    assert (result.outcome, result.status, result.excerpt) == ("taken", 204, "")
    (received,) = endpoint.received
    assert received.line == "POST /claw?k=1 HTTP/1.1"
    assert received.body == BODY
    assert received.headers["host"] == f"{HOST}:{endpoint.port}"
    assert received.headers["webhook-id"] == "evt_1"
    assert received.headers["content-type"] == "application/cloudevents+json"


async def test_the_address_that_was_looked_at_is_the_one_that_is_called() -> None:
    resolve = LeadsHere()
    async with receiver(said(200)) as endpoint:
        sender = HttpWebhooks(anywhere=True, resolve=resolve)
        assert (await sender.send(call(endpoint))).outcome == "taken"
    # Nothing below the sender asks a resolver again: the name leads nowhere here.
    assert resolve.asked == 1


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "taken"),
        (202, "taken"),
        (301, "redirected"),
        (302, "redirected"),
        (307, "redirected"),
        (400, "refused"),
        (401, "refused"),
        (404, "refused"),
        (410, "gone"),
        (429, "refused"),
        (500, "refused"),
        (503, "refused"),
    ],
)
async def test_each_status_has_one_meaning(status: int, outcome: str) -> None:
    async with receiver(said(status)) as endpoint:
        result = await webhooks().send(call(endpoint))
    assert (result.outcome, result.status) == (outcome, status)


async def test_a_redirect_is_not_followed() -> None:
    async with receiver(said(200)) as elsewhere:
        location = f"http://127.0.0.1:{elsewhere.port}/"
        async with receiver(said(308, location=location)) as endpoint:
            result = await webhooks().send(call(endpoint))
    assert result.outcome == "redirected"
    assert elsewhere.received == []


async def test_a_cookie_is_not_kept() -> None:
    async with receiver(said(500, set_cookie="a=b"), said(200)) as endpoint:
        sender = webhooks()
        await sender.send(call(endpoint))
        await sender.send(call(endpoint))
    assert [r for r in endpoint.received if "cookie" in r.headers] == []


@pytest.mark.parametrize(("stated", "seconds"), [("60", 60), ("soon", None), ("9" * 5000, None)])
async def test_how_long_to_wait_is_heard_where_it_makes_sense(
    stated: str, seconds: int | None
) -> None:
    async with receiver(said(503, retry_after=stated)) as endpoint:
        assert (await webhooks().send(call(endpoint))).after_seconds == seconds


async def test_what_a_refusal_says_is_kept_short_and_without_what_it_echoes() -> None:
    body = (
        b"<html><b>No</b> such hook, owner@example.com +61 491 570 006 "
        b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw \x00\xff " + b"word " * 500
    )
    async with receiver(said(500, body)) as endpoint:
        excerpt = (await webhooks().send(call(endpoint))).excerpt
    assert excerpt.startswith("No such hook, … … …")
    assert len(excerpt) <= 200
    assert excerpt.isprintable()
    for echoed in ("owner", "491", "whsec"):
        assert echoed not in excerpt


async def test_an_answer_without_end_is_cut_off() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 500 No\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"no " * 1000)
            await writer.drain()

    async with receiver(endless) as endpoint:
        result = await webhooks().send(call(endpoint))
    assert (result.outcome, result.status) == ("refused", 500)
    assert result.excerpt.startswith("no no")


async def test_a_body_that_never_comes_takes_nothing_from_the_answer() -> None:
    async def silent(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Yes\r\ncontent-length: 10\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(30)

    async with receiver(silent) as endpoint:
        assert (await webhooks().send(call(endpoint))).outcome == "taken"


async def test_an_endpoint_that_is_too_slow_may_have_taken_it() -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with receiver(slow) as endpoint:
        result = await webhooks(seconds=0.2).send(call(endpoint))
    assert result.outcome == "timed_out"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 2",
        b"220 mail.example.com ESMTP\r\n",
        b"HTTP/1.1 200 \r\n" + b"a: b\r\n" * 99_999,
    ],
    ids=["nothing", "half a line", "another protocol", "headers without end"],
)
async def test_an_answer_that_is_none_may_have_taken_it(answer: bytes) -> None:
    async with receiver(answer) as endpoint:
        assert (await webhooks().send(call(endpoint))).outcome == "broke_off"


async def test_a_port_where_nobody_listens_took_nothing() -> None:
    async with receiver(said(200)) as endpoint:
        pass
    assert (await webhooks().send(call(endpoint))).outcome == "unreachable"


async def test_the_next_address_is_tried_where_one_cannot_be_reached() -> None:
    async def two(host: str, port: int) -> Sequence[str]:
        return ["::1", "127.0.0.1"]

    async with receiver(said(200)) as endpoint:
        sender = HttpWebhooks(anywhere=True, resolve=two)
        assert (await sender.send(call(endpoint))).outcome == "taken"
    assert len(endpoint.received) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and key for the host's name, signed by itself."""
    return self_signed(HOST, tmp_path_factory.mktemp("tls"))


async def test_the_certificate_is_checked_for_the_name_and_not_for_the_address(
    certificate: Path,
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    async with receiver(said(200), tls=serving(certificate)) as endpoint:
        sender = webhooks(tls=trusting)
        assert (await sender.send(call(endpoint, scheme="https"))).outcome == "taken"
        elsewhere = WebhookCall(
            url=f"https://other.example.com:{endpoint.port}/", headers={}, body=BODY
        )
        assert (await sender.send(elsewhere)).outcome == "not_secure"


async def test_a_certificate_that_nobody_signed_is_not_trusted(certificate: Path) -> None:
    async with receiver(said(200), tls=serving(certificate)) as endpoint:
        result = await webhooks().send(call(endpoint, scheme="https"))
    assert result.outcome == "not_secure"
    assert endpoint.received == []


async def test_plain_http_is_refused_where_only_public_addresses_are_called() -> None:
    async with receiver(said(200)) as endpoint:
        sender = HttpWebhooks(resolve=LeadsHere())
        assert (await sender.send(call(endpoint))).outcome == "address_forbidden"
    assert endpoint.received == []
