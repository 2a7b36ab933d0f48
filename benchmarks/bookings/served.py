"""Serves pages from a process of its own: ``python -m benchmarks.bookings.served PAGES ROWS``.

Every page is rendered before the first request, so that the server costs each contender
the same and next to nothing. Prints its port; ends when its input does.
"""

import asyncio
import sys

from benchmarks.bookings.pages import page

_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n"


class _Pages(asyncio.Protocol):
    """HTTP/1.1 as far as a well-behaved client on loopback goes: whole requests, kept alive."""

    def __init__(self, answers: list[bytes]) -> None:
        self._answers = answers
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while b"\r\n\r\n" in self._heard:
            request, _, self._heard = self._heard.partition(b"\r\n\r\n")
            target = request.split(b" ", 2)[1]
            number = int(target.rpartition(b"page=")[2] or b"1")
            self._transport.write(self._answers[min(number, len(self._answers)) - 1])


def _answer(body: bytes) -> bytes:
    return _HEAD.format(len(body)).encode("ascii") + body


async def _serve(answers: list[bytes]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Pages(answers), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    pages, rows = int(sys.argv[1]), int(sys.argv[2])
    bodies = [page(number, rows) for number in range(1, pages + 1)]
    asyncio.run(_serve([_answer(body) for body in (*bodies, b"[]")]))
