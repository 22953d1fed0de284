"""What goes over the doorkeeper's socket: one question and one answer a connection, each a line of JSON.

Only the standard library, because both sides use it under different interpreters.
"""

import json
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

LONGEST_LINE = 65_536
_AT_ONCE = 32
_HANDED_OVER = 3
"""The first socket that systemd hands to a process."""
Message = dict[str, Any]


class NoAnswer(Exception):
    """The other side is not there, or broke off."""


def ask(path: Path, question: Message, *, seconds: float) -> Message:
    """Send a question and wait for its answer. Raises NoAnswer."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(seconds)
            line.connect(str(path))
            line.sendall(json.dumps(question).encode() + b"\n")
            answer = json.loads(_read_line(line))
    except (OSError, ValueError) as error:
        raise NoAnswer(type(error).__name__) from None
    if not isinstance(answer, dict):
        raise NoAnswer("no object")
    return answer


def answer_for_ever(listening: socket.socket, answer: Callable[[Message], Message], *, seconds: float) -> None:
    """Answer each connection in a thread of its own, some at once. A question that takes longer to come is dropped."""
    places = threading.BoundedSemaphore(_AT_ONCE)
    while True:
        try:
            line, _ = listening.accept()
        except OSError:
            return
        places.acquire()

        def serve(line: socket.socket = line) -> None:
            try:
                with line:
                    line.settimeout(seconds)
                    question = json.loads(_read_line(line))
                    line.sendall(json.dumps(answer(question)).encode() + b"\n")
            except (OSError, ValueError):
                pass  # Who asked went away, or asked nothing; there is nobody to tell.
            finally:
                places.release()

        threading.Thread(target=serve, daemon=True).start()


def listen(path: Path | None) -> socket.socket:
    """The socket that systemd handed over, or a new one at `path` that only this user may open."""
    if os.environ.get("LISTEN_FDS") == "1" and os.environ.get("LISTEN_PID") == str(os.getpid()):
        return socket.socket(fileno=_HANDED_OVER)
    if path is None:
        raise NoAnswer("there is no socket to listen on")
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listening.bind(str(path))
    finally:
        os.umask(before)
    listening.listen(64)
    return listening


def _read_line(line: socket.socket) -> bytes:
    found = bytearray()
    while not found.endswith(b"\n"):
        piece = line.recv(4096)
        if not piece or len(found) > LONGEST_LINE:
            raise ValueError("the line broke off, or is too long")
        found += piece
    return bytes(found)
