"""People who open one page again and again, over connections that stay open, as browsers keep them."""

import asyncio
import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Page:
    """What they open, and with which session."""

    host: str
    port: int
    path: str
    cookie: str

    @property
    def request(self) -> bytes:
        """The request as it goes over the wire."""
        head = f"GET {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nCookie: {self.cookie}\r\n\r\n"
        return head.encode()


@dataclass
class Milliseconds:
    """How long each visit took, from the moment it was due, and how many were answered with anything but the page."""

    each: list[float] = field(default_factory=list)
    refused: int = 0

    def at(self, share: float) -> float:
        """The time within which this share of the visits were answered."""
        ordered = sorted(self.each)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class _Connection:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def visit(self) -> bool:
        """Whether the page came."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._page.host, self._page.port)
        reader, writer = self._streams
        writer.write(self._page.request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        return head.startswith(b"HTTP/1.1 200")


async def _open_load(page: Page, a_second: float, seconds: float) -> Milliseconds:
    told, idle, visits = Milliseconds(), [_Connection(page) for _ in range(16)], []

    async def one(due: float) -> None:
        connection = idle.pop() if idle else _Connection(page)
        came = await connection.visit()
        told.each.append((time.perf_counter() - due) * 1000)
        told.refused += not came
        idle.append(connection)

    begun = time.perf_counter()
    for number in range(int(a_second * seconds)):
        due = begun + number / a_second
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        visits.append(asyncio.create_task(one(due)))
    await asyncio.gather(*visits)
    return told


def open_load(page: Page, a_second: float, seconds: float) -> Milliseconds:
    """Visits that begin when they are due, however slow the ones before; each is timed from when it was due."""
    return asyncio.run(_open_load(page, a_second, seconds))


async def _at_once(page: Page, readers: int, seconds: float) -> tuple[float, Milliseconds]:
    told, end = Milliseconds(), time.perf_counter() + seconds

    async def again_and_again() -> None:
        connection = _Connection(page)
        while (begun := time.perf_counter()) < end:
            told.refused += not await connection.visit()
            told.each.append((time.perf_counter() - begun) * 1000)

    await asyncio.gather(*(again_and_again() for _ in range(readers)))
    return len(told.each) / seconds, told


def at_once(page: Page, readers: int, seconds: float) -> tuple[float, Milliseconds]:
    """So many who each open the next page as soon as they have one: (pages a second, times)."""
    return asyncio.run(_at_once(page, readers, seconds))
