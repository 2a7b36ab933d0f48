"""The transport against a vendor on a real socket."""

import asyncio
import gzip
import logging
from datetime import timedelta

import pytest

from claw.connect import (
    AuthRevoked,
    ConfigInvalid,
    ConnectorBug,
    ConnectorError,
    Forbidden,
    Http,
    PlanRequired,
    RateLimited,
    SourceChanged,
    Transient,
)
from claw.connect.retry import RetryPolicy
from claw.connect.transport import Caps
from claw_testing.acme import NOW, TOKEN, TRACE, Notebook, Opens, QuickMachine
from claw_testing.edge import edge
from claw_testing.loopback import Asked, Vendor, reply, vendor

INFO = "/api/info/"
VISITS = "/api/companies/{company}/visits/"
PERSON = "/api/companies/{company}/people/{person}"
NO_RETRY = RetryPolicy(attempts=1, throttled_attempts=1)


async def ask(connect: Opens, asked: Vendor, **options: object) -> bytes:
    async with connect(asked, **options) as http:
        return (await http.get(INFO, path={})).body


async def test_a_declared_read_is_sent_with_credential_trace_and_names_only(
    connect: Opens, notebook: Notebook
) -> None:
    async with vendor(reply(b'[{"ID":1}]')) as acme, connect(acme) as http:
        assert isinstance(http, Http)
        answer = await http.get(
            VISITS, path={"company": 0}, query={"columns": "ID,Date", "Date": "between(a,b)"}
        )
    assert answer.body == b'[{"ID":1}]'
    assert answer.url_template == VISITS
    (asked,) = acme.asked
    assert asked.target == "/api/companies/0/visits/?columns=ID,Date&Date=between(a,b)"
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["accept"] == "application/json"
    assert asked.headers["traceparent"].split("-")[:2] == ["00", TRACE]
    assert asked.headers["user-agent"].startswith("claw/")
    (attempt,) = notebook.attempts
    assert (attempt.template, attempt.status, attempt.outcome) == (VISITS, 200, "ok")
    assert (attempt.attempt, attempt.received_bytes, attempt.trace_id) == (1, 10, TRACE)


@pytest.mark.parametrize(
    ("template", "path", "query"),
    [
        ("/api/elsewhere/", {}, {}),
        (VISITS, {"company": 0}, {"columns": "ID,Notes"}),
        (VISITS, {"company": 0}, {"columns": ""}),
        (VISITS, {"company": 0}, {}),
        (VISITS, {"company": 0}, {"Columns": "ID"}),
        (INFO, {}, {"columns": "ID"}),
        (VISITS, {}, {"columns": "ID"}),
        (PERSON, {"company": 0, "person": ""}, {}),
        (PERSON, {"company": 0, "person": "."}, {}),
        (PERSON, {"company": 0, "person": ".."}, {}),
    ],
)
async def test_what_is_not_declared_is_refused_before_a_byte_leaves(
    connect: Opens, template: str, path: dict[str, str | int], query: dict[str, str]
) -> None:
    async with vendor(reply()) as acme, connect(acme) as http:
        with pytest.raises(ConnectorBug):
            await http.get(template, path=path, query=query)
        assert acme.asked == []


async def test_a_path_parameter_is_one_segment_whatever_it_holds(connect: Opens) -> None:
    async with vendor(reply(b"{}")) as acme, connect(acme) as http:
        await http.get(PERSON, path={"company": 0, "person": "../a?b#c%2e é"})
    assert acme.asked[0].target == "/api/companies/0/people/..%2Fa%3Fb%23c%252e%20%C3%A9"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AuthRevoked),
        (402, PlanRequired),
        (403, Forbidden),
        (405, SourceChanged),
        (410, SourceChanged),
    ],
)
async def test_a_final_refusal_is_one_error_after_one_request(
    connect: Opens, status: int, error: type[ConnectorError]
) -> None:
    body = f'{{"message":"no","header":{{"Authorization":"Bearer {TOKEN}"}}}}'.encode()
    async with vendor(reply(body, status)) as acme, connect(acme) as http:
        with pytest.raises(error) as raised:
            await http.get(PERSON, path={"company": 0, "person": 7})
        assert len(acme.asked) == 1
    assert TOKEN not in f"{raised.value} {raised.value.hint}"
    if isinstance(raised.value, Forbidden):
        assert raised.value.scope == "people"


@edge("simpro:60")
@pytest.mark.parametrize("status", [400, 404, 422])
async def test_a_returned_error_comes_without_the_token_it_echoes(
    connect: Opens, status: int
) -> None:
    body = f'{{"errors":[{{"message":"{TOKEN}"}}]}}'.encode()
    async with vendor(reply(body, status, set_cookie="a=b")) as acme, connect(acme) as http:
        answer = await http.get(INFO, path={})
    assert answer.status == status
    assert TOKEN.encode() not in answer.body
    assert b"errors" in answer.body
    assert "set-cookie" not in answer.headers


async def test_a_304_is_an_answer_without_a_body(connect: Opens) -> None:
    async with vendor(reply(b"", 304)) as acme, connect(acme) as http:
        answer = await http.get(INFO, path={})
    assert (answer.status, answer.body) == (304, b"")


HTML = b"<!doctype html><html><title>Sign in</title></html>"


@edge("simpro:56", "simpro:57", "simpro:58")
@pytest.mark.parametrize(
    ("bad", "cause"),
    [
        pytest.param(reply(HTML, 502, content_type="text/html"), "server_error", id="html-502"),
        pytest.param(reply(HTML, 503, content_type="text/html"), "server_error", id="html-503"),
        pytest.param(reply(HTML, content_type="text/html"), "not_json", id="login-page"),
        pytest.param(reply(HTML), "not_json", id="html-that-claims-to-be-json"),
        pytest.param(reply(b"busy", content_type="text/plain"), "not_json", id="text"),
        pytest.param(reply(b'[{"ID":1},{"ID'), "invalid_json", id="cut-json"),
        pytest.param(reply(b"[" * 100_000), "invalid_json", id="deep-json"),
        pytest.param(reply(b'[{"ID":1}]', length=500), "truncated", id="cut-on-the-wire"),
        pytest.param(b"", "truncated", id="closed-without-a-word"),
        pytest.param(b"what?\r\n\r\n", "truncated", id="not-http"),
        pytest.param(reply(b"", 204, content_type=None), "empty_body", id="204"),
        pytest.param(reply(b""), "empty_body", id="empty-200"),
        pytest.param(reply(b'["caf\xe9"]'), "wrong_charset", id="not-utf-8"),
        pytest.param(reply(b"[]", content_encoding="br"), "unsupported_encoding", id="brotli"),
        pytest.param(reply(b"[]", content_encoding="gzip"), "invalid_gzip", id="no-gzip"),
        pytest.param(
            reply(gzip.compress(b"[1]" * 99)[:-9], content_encoding="gzip"),
            "truncated",
            id="cut-gzip",
        ),
    ],
)
async def test_passing_trouble_is_retried_and_then_named(
    connect: Opens, notebook: Notebook, bad: bytes, cause: str
) -> None:
    async with vendor(bad, reply(b'{"ok":1}')) as acme:
        assert await ask(connect, acme) == b'{"ok":1}'
        assert len(acme.asked) == 2
    assert [each.outcome for each in notebook.attempts] == [cause, "ok"]
    async with vendor(bad) as acme:
        with pytest.raises(Transient) as raised:
            await ask(connect, acme)
        assert raised.value.cause == cause
        assert len(acme.asked) == RetryPolicy().attempts


@pytest.mark.parametrize(
    ("sent", "content_type"),
    [
        (b'\xef\xbb\xbf["caf\xc3\xa9"]', "application/json"),
        (b'["caf\xc3\xa9"]', "application/json; charset=iso-8859-1"),
        (b'["caf\xe9"]', 'application/json; charset="ISO-8859-1"'),
        ('["café"]'.encode("utf-16"), "application/json"),
        (b'["caf\xc3\xa9"]', "text/plain"),
        (b'["caf\xc3\xa9"]', None),
    ],
)
async def test_json_arrives_as_utf8_without_a_mark(
    connect: Opens, sent: bytes, content_type: str | None
) -> None:
    async with vendor(reply(sent, content_type=content_type)) as acme:
        assert await ask(connect, acme) == '["café"]'.encode()


async def test_a_good_body_is_not_touched(connect: Opens) -> None:
    body = b' { "b" : 1.50 ,\n "a": 12345678901234567890 } '
    async with vendor(reply(gzip.compress(body), content_encoding="gzip")) as acme:
        assert await ask(connect, acme) == body


async def test_a_gzip_bomb_ends_at_the_cap_and_is_not_asked_for_again(connect: Opens) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    async with vendor(reply(bomb, content_encoding="gzip")) as acme:
        with pytest.raises(Transient) as raised:
            await ask(connect, acme, caps=Caps(body_bytes=100_000))
        assert raised.value.cause == "too_large"
        assert len(acme.asked) == 1


async def test_a_slow_drip_ends_after_the_total_time(connect: Opens) -> None:
    async def drip(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"", length=1000))
        for _ in range(200):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with vendor(drip) as acme:
        with pytest.raises(Transient) as raised:
            await ask(connect, acme, caps=Caps(total_seconds=0.2), retry=NO_RETRY)
    assert raised.value.cause == "timeout"


async def test_a_host_that_is_not_there_is_unreachable_with_a_hint(connect: Opens) -> None:
    async with vendor(reply()) as acme:
        pass
    with pytest.raises(Transient) as raised:
        await ask(connect, acme)
    assert raised.value.cause == "unreachable"
    assert "base_url" in (raised.value.hint or "")


@edge("simpro:51")
async def test_a_storm_of_429_is_waited_out_without_losing_the_request(
    connect: Opens, machine: QuickMachine, notebook: Notebook
) -> None:
    storm = [reply(b"", 429)] * 4
    async with vendor(*storm, reply(b"[1]")) as acme:
        assert await ask(connect, acme) == b"[1]"
    assert [each.status for each in notebook.attempts] == [429, 429, 429, 429, 200]
    assert sum(machine.slept) == pytest.approx(0.5 + 1 + 2 + 4, abs=0.05)


@edge("simpro:52")
@pytest.mark.parametrize(
    ("stated", "least", "most"),
    [
        ("7", 7, 7.6),
        ("1.5", 1.5, 2.1),
        ("Tue, 24 Nov 2026 23:00:20 GMT", 20, 20.6),
        ("Tuesday, 24-Nov-26 23:00:20 GMT", 20, 20.6),
        ("3600", 60, 60.6),
        ("99999999999999999999", 0, 1.1),
        ("0", 0, 1.1),
        ("-5", 0, 1.1),
        ("soon", 0, 1.1),
        ("", 0, 1.1),
        ("Tue, 24 Nov 2026 22:00:00 GMT", 0, 1.1),
    ],
)
async def test_retry_after_is_believed_in_every_form_and_capped(
    connect: Opens, machine: QuickMachine, stated: str, least: float, most: float
) -> None:
    # The vendor's clock is three hours ahead of ours: its date counts against its own.
    busy = reply(b"", 429, retry_after=stated, date="Tue, 24 Nov 2026 23:00:00 GMT")
    async with vendor(busy, reply(b"[1]")) as acme:
        await ask(connect, acme)
    assert least <= sum(machine.slept) <= most


async def test_a_429_that_does_not_end_says_when_to_come_back(connect: Opens) -> None:
    async with vendor(reply(b"", 429, retry_after="90")) as acme:
        with pytest.raises(RateLimited) as raised:
            await ask(connect, acme)
        assert len(acme.asked) == RetryPolicy().throttled_attempts
    assert raised.value.retry_at == NOW + timedelta(seconds=90)


async def test_the_difference_of_the_clocks_is_kept(connect: Opens) -> None:
    date = "Tue, 24 Nov 2026 23:00:00 GMT"
    async with vendor(reply(b"[]", date=date)) as acme, connect(acme) as http:
        assert http.clock_skew_seconds is None
        await http.get(INFO, path={})
        assert http.clock_skew_seconds == 3 * 3600


@edge("simpro:68")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_to_another_host_is_followed(connect: Opens, status: int) -> None:
    async with vendor(reply(b"[]")) as thief, vendor() as acme:
        acme.replies = [reply(b"", status, location=f"{thief.origin}/api/info/?token=x")]
        with pytest.raises((ConfigInvalid, Transient)) as raised:
            await ask(connect, acme)
        assert thief.asked == []
    if status in (301, 308):
        assert isinstance(raised.value, ConfigInvalid)
        assert raised.value.field == "base_url"
        assert thief.origin in raised.value.message
        assert "token" not in raised.value.message
    else:
        assert isinstance(raised.value, Transient)
        assert raised.value.cause == "redirected"


async def test_a_redirect_within_the_origin_is_followed_to_a_declared_read(
    connect: Opens,
) -> None:
    async with vendor(reply(b"", 301, location="/api/info/"), reply(b"{}")) as acme:
        async with connect(acme) as http:
            answer = await http.get(PERSON, path={"company": 0, "person": 1})
        assert [asked.target for asked in acme.asked][-1] == "/api/info/"
    assert answer.body == b"{}"


@pytest.mark.parametrize(
    "location",
    [
        "/login",
        "/api/companies/0/visits/",
        "/api/companies/0/visits/?columns=Notes",
        "/api/companies/../people/1",
        "/api/info/",
        "//",
        "http://[",
        "",
    ],
)
async def test_a_redirect_to_what_is_not_declared_or_in_circles_is_trouble(
    connect: Opens, location: str
) -> None:
    async with vendor(reply(b"", 302, location=location)) as acme:
        with pytest.raises(Transient) as raised:
            await ask(connect, acme, retry=NO_RETRY)
        assert raised.value.cause == "redirected"
        assert {asked.target for asked in acme.asked} == {INFO}
        assert len(acme.asked) <= 3


async def test_cookies_are_not_kept(connect: Opens) -> None:
    async with vendor(reply(b"[]", set_cookie="session=1; Path=/")) as acme:
        async with connect(acme) as http:
            await http.get(INFO, path={})
            await http.get(INFO, path={})
        assert all("cookie" not in asked.headers for asked in acme.asked)


async def test_neither_logs_nor_errors_hold_the_token_the_query_or_a_body(
    connect: Opens, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = f"<html>Bearer {TOKEN} Jane Citizen</html>".encode()
    async with vendor(reply(body, 500)) as acme, connect(acme, retry=NO_RETRY) as http:
        with pytest.raises(Transient) as raised:
            await http.get(
                VISITS, path={"company": 0}, query={"columns": "ID", "Name": "Jane Citizen"}
            )
    error = raised.value
    assert error.__cause__ is None
    written = f"{error!r} {error.hint} {caplog.text}"
    for private in (TOKEN, "Jane", "Citizen"):
        assert private not in written


@pytest.mark.parametrize(
    ("link", "field"),
    [
        ({"settings": {"base_url": "https://user:pass@acme.example"}}, "base_url"),
        ({"settings": {"base_url": "http://acme.example"}}, "base_url"),
        ({"settings": {}}, "base_url"),
        ({"secrets": {}}, "api_key"),
    ],
)
async def test_a_connection_that_cannot_be_used_says_which_setting(
    connect: Opens, link: dict[str, object], field: str
) -> None:
    async with vendor(reply()) as acme:
        with pytest.raises(ConfigInvalid) as raised:
            await ask(connect, acme, **link)
    assert raised.value.field == field
