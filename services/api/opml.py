"""Sources as a list of feeds (OPML), out and in."""

from __future__ import annotations

from starlette.responses import Response

from services import clock, watching
from services.api.once import OnceOnly
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.source_shapes import ImportShown, OpmlSent, RefusedShown
from services.articles.opml import read_opml
from services.errors import InvalidError

routes = router("opml")


@routes.get("", response_class=Response, responses={200: {"content": {"text/x-opml": {}}}})
def export(here: Here) -> Response:
    """Give all polled sources as an OPML list, without names and passwords in their addresses."""
    with here.store.read() as session:
        text = watching.export_all(session, clock.now())
    headers = {"Content-Disposition": 'attachment; filename="sources.opml"'}
    return Response(text, media_type="text/x-opml", headers=headers)


@routes.post("")
def import_all(sent: OpmlSent, here: Here, who: Who, once: OnceOnly) -> ImportShown:
    """Watch all feeds of an OPML list. Those refused do not keep the others."""
    try:
        outlines = read_opml(sent.opml.encode("utf-8", "replace"))
    except InvalidError as error:
        error.field = "/opml"
        raise
    with here.store.write() as work:
        once.before(work.session)
        done = watching.import_all(work, here.vault, here.gate, who.name, outlines, clock.now())
        refused = [RefusedShown(url=url[:2048], reason=reason) for url, reason in done.refused]
        shown = ImportShown(added=len(done.added), known=done.known, refused=refused)
        return once.keep(work.session, shown, status=200)
