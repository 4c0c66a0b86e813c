"""A mail server that follows a script: what it answers to each command, and where it hangs up."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedRWPair
from threading import Thread

HANG_UP = "hang up"
GREETING = "greeting"
CONTENT = "content"

USUAL = {
    GREETING: "220 ready",
    "EHLO": "250-hello\r\n250 8BITMIME",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    CONTENT: "250 queued",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}


class ScriptedServer:
    """Answers commands by their first word; ``content`` is the answer after the final dot."""

    def __init__(self, script: Mapping[str, str]) -> None:
        self.script = {**USUAL, **script}
        self.commands: list[str] = []
        self.content = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                try:
                    self._converse(stream)
                except OSError:
                    continue

    def _converse(self, stream: BufferedRWPair) -> None:
        if not self._say(stream, GREETING):
            return
        while line := stream.readline():
            command = line.decode().strip()
            self.commands.append(command)
            word = command.split(" ")[0].split(":")[0].upper()
            if not self._say(stream, word):
                return
            if word == "DATA" and self.script["DATA"].startswith("354"):
                self._read_content(stream)
                if not self._say(stream, CONTENT):
                    return

    def _read_content(self, stream: BufferedRWPair) -> None:
        while (line := stream.readline()) not in (b".\r\n", b""):
            self.content += line

    def _say(self, stream: BufferedRWPair, word: str) -> bool:
        answer = self.script.get(word, "502 not implemented")
        if answer == HANG_UP:
            return False
        stream.write(answer.encode() + b"\r\n")
        stream.flush()
        return True


@contextmanager
def serving(**script: str) -> Iterator[ScriptedServer]:
    """Run a server for the length of the block."""
    server = ScriptedServer(script)
    try:
        yield server
    finally:
        server.close()
