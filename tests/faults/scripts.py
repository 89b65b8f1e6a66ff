"""What receivers can do wrong, each with what must become of a message to them (`services/alerts/retry.py` says why).

A script names its answers to the first, second … try of a message; the last answer stands for all tries after it. Mail
servers do not know a message before its text, so there it is the tries of an address that count: the first answers go to
so many tries as there are messages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MANY = 99
SENT, DEAD, WAITS = "sent", "dead", "pending"


@dataclass(frozen=True, slots=True)
class Script:
    """A receiver: its answers, and what must stand in the end. `copies`, `tries`: of each message, least and most.

    `waits_s`: a message that waits is due no earlier than so many seconds from its last try. `some`: the first answer
    ends the channel, so that not every message need have come so far.
    """

    name: str
    answers: tuple[str, ...]
    state: str = SENT
    reason: str | None = None
    copies: tuple[int, int] = (1, 1)
    tries: tuple[int, int] = (1, 1)
    waits_s: float = 0.0
    some: bool = False


def _http() -> list[Script]:
    again = (2, 2)
    found = [Script(f"h{code}", (code,)) for code in ("200", "201", "202", "204")]
    found += [Script(name, (name,)) for name in ("slow", "continued", "endless", "dripping", "badchunks", "longhead")]
    found += [
        Script(f"h{code}", (code,), WAITS, copies=(0, 0), waits_s=200)
        for code in ("301", "302", "303", "307", "308", "401", "403", "404")
    ]
    found += [
        Script(f"h{code}", (code,), DEAD, "http_4xx", (0, 0), (3, 3)) for code in ("400", "405", "413", "415", "422")
    ]
    found += [
        Script(f"h{code}", (code, "200"), tries=again) for code in ("408", "425", "429", "500", "502", "503", "504")
    ]
    found += [
        Script(f"after-{name}", (f"429 {value}", "200"), tries=(2, MANY))
        for name, value in (("seconds", "2"), ("date", "in 2"), ("negative", "-7"), ("nothing", "soon"), ("none", ""))
    ]
    found.append(Script("after-years", ("503 999999999",), WAITS, copies=(0, 0), waits_s=80_000, some=True))
    found.append(Script("h410", ("410",), DEAD, "gone", (0, 0), (0, MANY), some=True))
    found.append(Script("always500", ("500",), DEAD, "tries_exhausted", (0, 0), (7, 7)))
    found.append(Script("cut-before", ("cut-before", "200"), tries=again))
    found += [
        Script(name, (name, "200"), copies=(2, 2), tries=again) for name in ("cut", "hang", "garbage", "halfhead")
    ]
    return found


def _mail() -> list[Script]:
    found = [Script("m250", ("250",)), Script("m-slow", ("slow",))]
    for stage in ("rcpt", "data", "dot"):
        found += [Script(f"m{code}-{stage}", (f"{code} {stage}", "250")) for code in ("421", "450", "451", "452")]
        found += [
            Script(f"m{code}-{stage}", (f"{code} {stage}",), DEAD, "smtp_5xx", (0, 0)) for code in ("550", "552", "554")
        ]
    found += [Script(f"m-cut-{stage}", (f"cut {stage}", "250")) for stage in ("rcpt", "data")]
    found += [Script(f"m-{how}-dot", (f"{how} dot", "250"), copies=(1, MANY)) for how in ("cut", "hang")]
    found.append(Script("m-bounce", ("550-5.1.1 rcpt",), DEAD, "smtp_5xx", (0, 0), (0, MANY), some=True))
    return [replace(one, tries=(min(one.tries[0], 1), MANY)) for one in found]  # faults of the host come in between


HOSTS = (
    "421 connect",
    "cut connect",
    "451 ehlo",
    "cut ehlo",
    "421 mail",
    "450 mail",
    "451 mail",
    "452 mail",
    "cut mail",
)
"""What goes wrong before a mail server knows for whom a mail is: its first connections begin so, whoever's they are."""
HTTP, MAIL = tuple(_http()), tuple(_mail())
BY_NAME = {one.name: one for one in (*HTTP, *MAIL)}
