"""Calling back: to this machine only, one after the other, and silence is no answer."""

import httpx2
import pytest

from claw.connect.callbacks import Callback, NotThisMachine, loopback_only, send


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/hook",
        "http://localhost/hook",
        "https://[::1]:1/",
        "http://127.8.0.1/",
    ],
)
def test_an_address_of_this_machine_is_kept(url: str) -> None:
    assert loopback_only(url) == url


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/?token=hush", "http://10.0.0.1/", "http://0.0.0.0/", "http:///"),
        *("http://localhost.example.com/", "ftp://127.0.0.1/", "127.0.0.1", ""),
    ],
)
def test_any_other_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(NotThisMachine) as caught:
        loopback_only(url)
    assert not url or url not in str(caught.value)


async def test_each_call_is_answered_by_its_status_and_redirects_are_not_followed() -> None:
    seen: list[tuple[str, bytes]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append((request.method, request.content))
        if request.method == "HEAD":
            raise httpx2.ConnectError("nobody there")
        return httpx2.Response(302, headers={"Location": "http://example.com/"})

    calls = [
        Callback("HEAD", "http://127.0.0.1/"),
        Callback("POST", "http://127.0.0.1/", {"X-Kind": "test"}, b"{}"),
    ]
    assert await send(calls, httpx2.MockTransport(answer)) == [None, 302]
    assert seen == [("HEAD", b""), ("POST", b"{}")]


async def test_a_call_elsewhere_is_never_made() -> None:
    made: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        made.append(str(request.url))
        return httpx2.Response(200)

    with pytest.raises(NotThisMachine):
        await send([Callback("GET", "http://example.com/")], httpx2.MockTransport(answer))
    assert made == []
