"""How long a browser may take to say what it wants.

uvicorn waits for ever for the rest of a request that was half sent (measured: 0 of 40 such connections closed in 35
seconds), so anybody on the network could hold every place. Here the head of a request has ten seconds to arrive, and a
body thirty for each next piece.
"""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
NEXT_PIECE_SECONDS = 30.0


class PatientProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 on one connection, which is closed when the browser stops in the middle of a request."""

    head_seconds = HEAD_SECONDS
    next_piece_seconds = NEXT_PIECE_SECONDS
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """The browser has come; its first request has so long to be said."""
        super().connection_made(transport)
        self._wait(self.head_seconds)

    def data_received(self, data: bytes) -> None:
        """A piece of a request has come."""
        was_between = self.conn.their_state is h11.IDLE
        super().data_received(data)
        if self.conn.their_state is h11.SEND_BODY:
            self._wait(self.next_piece_seconds)
        elif self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif not was_between or self._waiting is None:
            self._wait(self.head_seconds)

    def on_response_complete(self) -> None:
        """Between two requests uvicorn's own patience counts."""
        self._stop_waiting()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The browser has gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._waiting = self.loop.call_later(seconds, self._close)

    def _stop_waiting(self) -> None:
        if self._waiting:
            self._waiting.cancel()
            self._waiting = None

    def _close(self) -> None:
        # While an answer is being made it is we who are slow, unless the body that it needs does not come.
        if not self.transport.is_closing() and self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self.transport.close()
