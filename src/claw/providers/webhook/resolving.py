"""From a host to the addresses that may be called."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from claw.providers.webhook.addresses import may_be_called

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses of a host, in the order to try; raises OSError when there are none."""

MOST_ADDRESSES = 4


class AddressForbidden(Exception):
    """The host leads to where nothing may be called."""


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """Ask this machine's resolver; it also reads ``127.1``, ``0x7f000001`` and their like."""
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def callable_addresses(
    resolve: Resolve, host: str, port: int, *, anywhere: bool
) -> Sequence[str]:
    """The addresses to connect to; what is connected to is what was looked at here.

    A host that has one forbidden address is forbidden: honest ones have none.

    Raises:
        AddressForbidden: unless ``anywhere``.
        OSError: when the host is unknown.
    """
    try:
        addresses = await resolve(host, port)
    except UnicodeError:
        raise OSError("not a host") from None
    if not anywhere and not all(may_be_called(address) for address in addresses):
        raise AddressForbidden
    if not addresses:
        raise OSError("no address")
    return addresses[:MOST_ADDRESSES]
