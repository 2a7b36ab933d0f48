"""No address that is not of the public internet is called, however it is written."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from claw.core.errors import InvalidInput
from claw.ports.webhook_sender import WebhookCall
from claw.providers.webhook.addresses import may_be_called
from claw.providers.webhook.sender import HttpWebhooks
from claw.providers.webhook.urls import place_of

_TABLES = tomllib.loads(Path(__file__).with_name("webhook_addresses.toml").read_text())
HOSTILE_ADDRESSES = _TABLES["hostile_addresses"].split()
HOSTILE_HOSTS = _TABLES["hostile_hosts"].split()
PUBLIC = _TABLES["public_addresses"].split()
HOSTILE_URLS = [
    "http://hooks.example.com/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "gopher://hooks.example.com/_x",
    "javascript:alert(1)",
    "//hooks.example.com/",
    "hooks.example.com",
    "",
    "https://",
    "https:///path",
    "https://:443/",
    "https://user@hooks.example.com/",
    "https://user:password@hooks.example.com/",
    "https://public.example.com@127.0.0.1/",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:99999/",
    "https://hooks.example.com:port/",
    "https://hooks.example.com/#fragment",
    "https://hooks.example.com/a b",
    "https://hooks.example.com/\r\nhost: 127.0.0.1",
    "https://hooks.example.com\\@127.0.0.1/",
    "https://hooks.example.com/\x00",
    "https://häagen.example.com/",
    "https://①②⑦.⓪.⓪.①/",
    "https://[::1/",
    "https://[fe80::1%25eth0]x/",
    "https://hooks.example.com/" + "a" * 2000,
]


def resolving(*answers: Sequence[str]) -> "Resolver":
    return Resolver(list(answers))


class Resolver:
    """Gives its answers in order, the last one for ever."""

    def __init__(self, answers: list[Sequence[str]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def call(url: str) -> WebhookCall:
    return WebhookCall(url=url, headers={}, body=b"{}")


def test_the_tables_are_as_long_as_they_should_be() -> None:
    assert len(set(HOSTILE_ADDRESSES)) + len(set(HOSTILE_HOSTS)) >= 60


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_an_address_that_is_not_public_is_not_called(address: str) -> None:
    assert not may_be_called(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_is_called(address: str) -> None:
    assert may_be_called(address)


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
async def test_a_host_is_judged_by_where_it_leads_however_it_is_written(host: str) -> None:
    webhooks = HttpWebhooks(seconds=5)
    result = await webhooks.send(call(f"https://{host}/"))
    # What this machine's resolver cannot read leads nowhere, which is as good.
    assert result.outcome in ("address_forbidden", "host_unknown")
    if result.outcome == "address_forbidden":
        with pytest.raises(InvalidInput, match="not public"):
            await webhooks.check(f"https://{host}/")


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost"])
async def test_the_old_ways_of_writing_loopback_are_seen_through(host: str) -> None:
    assert (await HttpWebhooks().send(call(f"https://{host}/"))).outcome == "address_forbidden"


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_a_url_that_is_none_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        place_of(url, plain=False)
    assert "password" not in refused.value.message.replace("user or password", "")
    assert refused.value.field == "url"


def test_a_url_keeps_its_path_query_and_port() -> None:
    place = place_of("https://Hooks.Example.com:8443/a/b?c=d&e=%2F", plain=False)
    assert (place.host, place.port) == ("hooks.example.com", 8443)
    assert (place.target, place.authority) == ("/a/b?c=d&e=%2F", "hooks.example.com:8443")


async def test_one_forbidden_address_among_public_ones_forbids_the_host() -> None:
    webhooks = HttpWebhooks(resolve=resolving(["1.1.1.1", "10.0.0.1"]))
    result = await webhooks.send(call("https://two-faced.example.com/"))
    assert result.outcome == "address_forbidden"


async def test_a_host_that_changes_its_address_is_looked_at_before_every_call() -> None:
    resolve = resolving(["1.1.1.1"], ["127.0.0.1"])
    webhooks = HttpWebhooks(resolve=resolve)
    await webhooks.check("https://rebinding.example.com/")
    result = await webhooks.send(call("https://rebinding.example.com/"))
    assert result.outcome == "address_forbidden"
    assert resolve.asked == ["rebinding.example.com"] * 2


async def test_a_host_that_nobody_knows_yet_may_be_kept_and_is_not_called() -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    webhooks = HttpWebhooks(resolve=unknown)
    await webhooks.check("https://not-yet.example.com/")
    result = await webhooks.send(call("https://not-yet.example.com/"))
    assert result.outcome == "host_unknown"
