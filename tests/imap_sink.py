"""A small IMAP server on loopback that has one folder, in clear, by TLS or by STARTTLS; what it was asked is recorded."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from types import TracebackType
from typing import Self


class ImapServer:
    """Serves `mails` as numbers 1, 2, …; a password other than `secret` is refused.

    `tls`: encrypted from the first byte; `starttls`: once that is asked for. `handshakes` counts those that succeeded.
    """

    def __init__(
        self, mails: list[bytes], *, validity: int = 7, tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        self.mails, self.validity, self.asked = mails, validity, []
        self.tls, self.starttls, self.handshakes = tls, starttls, 0
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, command: str) -> list[bytes]:
        name, _, rest = command.partition(" ")
        if name == "CAPABILITY":
            return [b"* CAPABILITY IMAP4rev1" + (b" STARTTLS" if self.starttls else b""), b"OK"]
        if name == "LOGIN":
            return [b"OK" if rest == 'reader "secret"' else b"NO wrong password: " + rest.encode()]
        if name in ("SELECT", "EXAMINE"):
            there = rest == '"News"'
            return [b"* OK [UIDVALIDITY %d] ok" % self.validity, b"OK"] if there else [b"NO no such folder"]
        if search := re.match(r"UID SEARCH UID (\d+):\*", command):
            found = [n for n in range(1, len(self.mails) + 1) if n >= int(search[1])] or [len(self.mails)]
            return [b"* SEARCH " + b" ".join(b"%d" % n for n in found), b"OK"]
        if fetch := re.match(r"UID FETCH (\d+) \((RFC822.SIZE|BODY.PEEK\[\])\)", command):
            number = int(fetch[1])
            mail = self.mails[number - 1]
            if fetch[2] == "RFC822.SIZE":
                return [b"* %d FETCH (UID %d RFC822.SIZE %d)" % (number, number, len(mail)), b"OK"]
            return [b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)" % (number, number, len(mail), mail), b"OK"]
        return [b"* BYE", b"OK"] if name == "LOGOUT" else [b"BAD"]


def _handler(server: ImapServer) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def encrypt(self, context: ssl.SSLContext) -> bool:
            try:
                self.request = context.wrap_socket(self.request, server_side=True)
            except OSError:
                return False
            self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
            server.handshakes += 1
            return True

        def handle(self) -> None:
            if server.tls is not None and not self.encrypt(server.tls):
                return
            self.wfile.write(b"* OK ready\r\n")
            while line := self.rfile.readline():
                tag, _, command = line.decode().strip().partition(" ")
                server.asked.append(command)
                if command == "STARTTLS" and server.starttls is not None:
                    self.wfile.write(tag.encode() + b" OK begin\r\n")
                    if not self.encrypt(server.starttls):
                        return
                    continue
                *lines, last = server.answer(command)
                self.wfile.write(b"".join(one + b"\r\n" for one in lines) + tag.encode() + b" " + last + b" done\r\n")
                if command == "LOGOUT":
                    return

    return Handler
