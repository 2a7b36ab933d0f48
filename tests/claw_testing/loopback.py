"""A vendor on a loopback socket that can say anything, also what no HTTP library would."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Reply = bytes | Callable[["Asked", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """One request as it arrived, and when on the loop's clock."""

    method: str
    target: str
    headers: dict[str, str]
    at_seconds: float


@dataclass
class Vendor:
    """Gives its replies in order, the last one for ever; keeps what it was asked."""

    replies: list[Reply]
    origin: str = ""
    asked: list[Asked] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip().split("\r\n")
            method, target, _ = first.split(" ")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines)
            }
            asked = Asked(method, target, headers, asyncio.get_running_loop().time())
            reply = self.replies[min(len(self.asked), len(self.replies) - 1)]
            self.asked.append(asked)
            if isinstance(reply, bytes):
                writer.write(reply)
                await writer.drain()
            else:
                await reply(asked, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def vendor(*replies: Reply) -> AsyncGenerator[Vendor]:
    """Run a vendor for the length of the block."""
    scripted = Vendor(list(replies))
    server = await asyncio.start_server(scripted.answer, "127.0.0.1", 0)
    scripted.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield scripted
    finally:
        server.close()


def reply(
    body: bytes = b"[]",
    status: int = 200,
    *,
    content_type: str | None = "application/json",
    length: int | None = None,
    **headers: str,
) -> bytes:
    """A whole HTTP answer; ``length`` may lie; ``retry_after="1"`` is ``retry-after: 1``."""
    lines = [f"HTTP/1.1 {status} Said", "connection: close"]
    if content_type is not None:
        lines.append(f"content-type: {content_type}")
    if status not in (204, 304):
        lines.append(f"content-length: {len(body) if length is None else length}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
