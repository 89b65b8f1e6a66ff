"""Seal what an older version wrote in clear: names and passwords in the addresses of sources.

Run at every upgrade, after the tables are this version's; a second run finds nothing. The audit log keeps its lines,
without the passwords that their addresses show.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlalchemy import or_, select
from sqlmodel import Session, col

from services.store.secrets import Vault
from services.store.service_tables import Audit
from services.store.source_tables import Source
from services.store.sources import split_secret
from services.store.work import Store


def seal_addresses(store: Store, vault: Vault) -> int:
    """Take names and passwords out of sources' addresses and seal them; give of how many sources."""
    with store.write() as work:
        done = sum(_seal(work.session, vault, row) for row in _in_clear(work.session))
        if done:
            _clean_audit(work.session)
    return done


def _in_clear(session: Session) -> list[Source]:
    return list(session.scalars(select(Source).where(col(Source.url).like("%://%@%"))))


def _seal(session: Session, vault: Vault, row: Source) -> bool:
    address = split_secret(row.url or "")
    if address.secret is None:
        return False  # the @ stands in its path
    row.url = address.url
    row.secret_sealed = row.secret_sealed or vault.seal(address.secret)
    session.add(row)
    return True


def _clean_audit(session: Session) -> None:
    shown = or_(col(Audit.before).like("%://%@%"), col(Audit.after).like("%://%@%"))
    for line in session.scalars(select(Audit).where(shown)):
        line.before, line.after = _without(line.before), _without(line.after)
        session.add(line)


def _without(text: str | None) -> str | None:
    """Give an address without its name and password; any other text as it is."""
    try:
        return split_secret(text).url if text and urlsplit(text).netloc else text
    except ValueError:
        return text
