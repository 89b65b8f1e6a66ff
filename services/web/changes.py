"""What a change of a query would change: the stories gained, lost and kept, before it is saved."""

from __future__ import annotations

import difflib
import re
from datetime import timedelta
from itertools import chain

from fastapi import Request
from markupsafe import Markup, escape
from starlette.responses import Response

from services import clock
from services.acts import subscription_acts
from services.alerts.reason import title_of
from services.previews.diff import Diff
from services.previews.diff import diff as diff_of
from services.previews.preview import span_of
from services.previews.turns import turn
from services.store import articles, feedback
from services.store.states import FeedbackVerdict
from services.store.tables import Subscription
from services.web.forms import Form
from services.web.site import Site, frame, page
from services.words import count

DAYS = 30
SHOWN_STORIES = 10
_WORD = re.compile(r'\s+|[()]|-?(?:[a-z]+:)?=?"[^"]*"|[^\s()]+')


def differs(site: Site, row: Subscription, query: str) -> bool:
    """Say whether a query asks for something else than the one that is saved. Raises if it cannot be read."""
    return subscription_acts.rule_id(subscription_acts.check_query(query, site.packs.lookups)) != row.rule_key


def show(request: Request, site: Site, row: Subscription, form: Form) -> Response:
    """Make the page that shows the change, with the button that saves it."""
    packs = site.packs
    new = subscription_acts.check_query(form.text("query"), packs.lookups)
    old = subscription_acts.check_query(row.query, packs.lookups)
    with turn(), site.store.read() as session:
        around = frame(site, session, request)
        found = diff_of(session, packs.trees, old, new, span_of(DAYS, around.now, around.zone), SHOWN_STORIES)
        said = feedback.judged(session, row.id, clock.now() - timedelta(days=DAYS))
        liked = {article.story for article, verdict in said if verdict is FeedbackVerdict.RELEVANT}
        briefs = [*found.gained.briefs, *found.lost.briefs, *found.kept.briefs]
        titles = {one.article.id: title_of(one.article.title, articles.value_of(one.article)) for one in briefs}
    lost_liked = [one for one in found.lost.briefs if one.story in liked]
    before, after = compared(old.text, new.text)
    return page(
        "change.html", frame=around, row=row, form=form, found=found, titles=titles, headline=headline(found),
        before=before, after=after, lost_liked=lost_liked, days=DAYS, most=_most(found), kept_fields=_kept(form),
    )  # fmt: skip


def headline(found: Diff) -> str:
    """Say what the change does: "This change gains 5 stories and loses 2"."""
    gained, lost = found.gained.stories, found.lost.stories
    if not gained and not lost:
        kept = found.kept.stories
        return "This change changes nothing in 30 days" if kept else "Neither query caught a story in 30 days"
    first = f"gains {count(gained, 'story', 'stories')}" if gained else ""
    second = f"loses {lost:,}" if gained and lost else f"loses {count(lost, 'story', 'stories')}"
    return f"This change {' and '.join(part for part in (first, second if lost else '') if part)}"


def compared(before: str, after: str) -> tuple[Markup, Markup]:
    """Mark in each of two queries the words that the other does not have."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    left: list[Markup] = []
    right: list[Markup] = []
    for act, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        taken, put = "".join(old[a:b]), "".join(new[c:d])
        if act == "equal":
            left.append(escape(taken))
            right.append(escape(put))
            continue
        left.append(Markup("<del>{}</del>").format(taken) if taken else Markup(""))
        right.append(Markup("<ins>{}</ins>").format(put) if put else Markup(""))
    return Markup("").join(left), Markup("").join(right)


def _most(found: Diff) -> int:
    return max((day.stories for day in chain(found.old.days, found.new.days)), default=0)


def _kept(form: Form) -> list[tuple[str, str]]:
    """Give the fields that go on with the change, so that saving it or going on loses nothing typed."""
    names = ("query", "name", "cadence", "urgent", "note", "channel")
    return [(name, value) for name in names for value in form.fields.get(name, [])]
