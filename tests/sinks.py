"""Real receivers on loopback whose answers are scripted: an SMTP server and an HTTP server.

    with SmtpSink() as sink:
        sink.say("RCPT", "451 4.3.0 try later")     # the next RCPT; then all is accepted again
        …
    assert [letter.recipients for letter in sink.letters] == [("ana@example.org",)]

Each message is written to the ledger, one JSON object a line, before it is answered. `DROP` closes without an answer;
a message that was dropped after it arrived whole is in the ledger as `accepted_then_cut`.
"""

from __future__ import annotations

from tests.http_sink import Asked, HttpSink, Reply
from tests.ledger import DROP, Ledger
from tests.smtp_sink import Letter, SmtpSink

__all__ = ["DROP", "Asked", "HttpSink", "Ledger", "Letter", "Reply", "SmtpSink"]
