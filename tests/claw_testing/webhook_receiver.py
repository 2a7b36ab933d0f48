"""An endpoint on a loopback socket that receives calls and says what a test wants."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Reply = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Received:
    """One call as it arrived."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Gives its replies in order, the last one for ever; keeps what it received."""

    replies: list[Reply]
    port: int = 0
    received: list[Received] = field(default_factory=list[Received])

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip().split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines)
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            reply = self.replies[min(len(self.received), len(self.replies) - 1)]
            self.received.append(Received(first, headers, body))
            if isinstance(reply, bytes):
                writer.write(reply)
                await writer.drain()
            else:
                await reply(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiver(*replies: Reply, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Receiver]:
    """Run an endpoint for the length of the block."""
    scripted = Receiver(list(replies))
    server = await asyncio.start_server(scripted.answer, "127.0.0.1", 0, ssl=tls)
    scripted.port = server.sockets[0].getsockname()[1]
    try:
        yield scripted
    finally:
        server.close()


def said(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole answer; ``retry_after="1"`` is ``retry-after: 1``."""
    lines = [f"HTTP/1.1 {status} Said", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
