"""What an item of ninjs (IPTC News in JSON, https://iptc.org/standards/ninjs/) may hold, in versions 1.x, 2.x and 3.x.

A shape names an object's properties and the kind of each. Kinds: "s" a string, "n" a number, "i" a whole number, "p"
one from 0 to 100, "r" one from 1 to 9, "b" anything, "t" a date that may break off, a tuple its choices, a list many of
one kind. `SINCE` gives the version in which a property or a choice came; it counts only where the version is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Shape:
    """An object. Of two properties in `one_of` exactly one stands, of two in `not_both` at most one.

    `families` begin the names of further strings: body_text. `named` is the kind of properties with other names.
    """

    fields: Mapping[str, Kind] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    named: Kind | None = None
    one_of: tuple[str, str] | None = None
    not_both: tuple[tuple[str, str], ...] = ()
    open: bool = False


Kind = str | tuple[str, ...] | list["Kind"] | Shape | type["Itself"]


class Itself:
    """Stands for an item within an item."""


def _fields(names: str, kind: str = "s") -> dict[str, Kind]:
    return dict.fromkeys(names.split(), kind)


_PICTURES = ("text", "audio", "video", "picture", "graphic", "composite", "component")
_STATUS = ("usable", "withheld", "canceled")
_STANDARD = Shape(_fields("name version schema"))
_CODED = Shape(_fields("name rel scheme code"))
_ADDRESS = Shape({**_fields("locality area postalcode country"), "lines": ["s"]})
_CONTACT = Shape({**_fields("type role lang name value"), "address": _ADDRESS}, one_of=("value", "address"))
_SYMBOL = Shape(_fields("ticker exchange symboltype symbol"))
_ADVISED = Shape(_fields("code scheme"), required=("code",))
_ADVICE = Shape({
    "role": ("publish",), "environments": [Shape(_fields("code scheme"))], "importance": _ADVISED, "lifetime": _ADVISED,
})  # fmt: skip
_RIGHTS = Shape(_fields("langid linkedrights encodedrights"), one_of=("linkedrights", "encodedrights"))
_MADE_BY = Shape(_fields("name uri literal"))
_GEO = Shape(required=("type",), open=True)
_SIZES = _fields("height width sizeinbytes duration", "n")

FIRST = Shape(
    {
        **_fields("uri mimetype profile version firstcreated versioncreated contentcreated embargoed copyrightholder"),
        **_fields("copyrightnotice usageterms ednote language title byline headline slugline located expires"),
        **_fields("charcount wordcount", "n"),
        "urgency": "r", "type": _PICTURES, "representationtype": ("complete", "incomplete"), "pubstatus": _STATUS,
        "person": [Shape({**_CODED.fields, "contactinfo": [_CONTACT]})],
        "organisation": [Shape({**_CODED.fields, "symbols": [_SYMBOL], "contactinfo": [_CONTACT]})],
        "place": [Shape({**_CODED.fields, "contactinfo": [_CONTACT]}, families=("geometry_",))],
        "subject": [Shape({**_CODED.fields, "creator": "s", "relevance": "p", "confidence": "p"})],
        "event": [_CODED], "object": [_CODED],
        "infosource": [Shape({**_CODED.fields, "contactinfo": [_CONTACT]})],
        "renditions": Shape(named=Shape({**_fields("href mimetype title format"), **_SIZES})),
        "associations": Shape(named=Itself), "altids": Shape(open=True),
        "trustindicator": [Shape(_fields("scheme code title href"))], "$standard": _STANDARD,
        "genre": [Shape(_fields("name scheme code"))], "rightsinfo": _RIGHTS, "digitalsourcetype": _MADE_BY,
        "advices": [_ADVICE],
    },
    required=("uri",),
    families=("description_", "body_", "headline_"),
)  # fmt: skip

_PART = Shape(_fields("role contenttype value"), required=("value",))
_NAMED = Shape(_fields("name rel uri literal"))
SECOND = Shape(
    {
        **_fields("uri profile version firstcreated versioncreated contentcreated embargoed copyrightholder"),
        **_fields("copyrightnotice usageterms ednote language title by slugline located expires name"),
        "urgency": "r", "type": _PICTURES, "representationtype": ("full", "partial"), "pubstatus": _STATUS,
        "descriptions": [_PART], "headlines": [_PART],
        "bodies": [Shape({**_PART.fields, **_fields("charcount wordcount", "n")}, required=("value",))],
        "people": [Shape({**_NAMED.fields, "contactinfo": [_CONTACT]})],
        "organisations": [Shape({**_NAMED.fields, "symbols": [_SYMBOL], "contactinfo": [_CONTACT]})],
        "places": [Shape({**_NAMED.fields, "geojson": _GEO, "contactinfo": [_CONTACT]})],
        "subjects": [Shape({**_NAMED.fields, "creator": "s", "relevance": "p", "confidence": "p"})],
        "events": [_NAMED], "objects": [_NAMED],
        "infosources": [Shape({**_fields("name role uri literal"), "contactinfo": [_CONTACT]})],
        "renditions": [Shape({**_fields("name href contenttype title format"), **_SIZES}, required=("name",))],
        "associations": [Itself], "altids": [Shape(_fields("role value"))],
        "trustindicators": [Shape(_fields("role title href"))], "standard": _STANDARD, "genres": [_MADE_BY],
        "rightsinfo": _RIGHTS, "digitalsourcetype": _MADE_BY, "advices": [_ADVICE],
    },
    required=("uri",),
)  # fmt: skip

_CONTACT_3 = Shape(
    {**_fields("type role lang name value"),
     "address": Shape({**_fields("locality area postalCode country"), "lines": ["s"]})},
    one_of=("value", "address"),
)  # fmt: skip
_PART_3 = Shape(_fields("role contentType value"), required=("value",))
_RULE = Shape({
    "frequency": ("secondly", "minutely", "hourly", "daily", "weekly", "monthly", "yearly"),
    **_fields("interval count", "i"), "until": "s", **_fields("byDay byMonth byMonthDay byYearDay byWeekNo", "b"),
}, open=True)  # fmt: skip
_DATES = Shape(
    {**_fields("startDate endDate expectedDuration"), **_fields("expectedStartDate expectedEndDate", "t"),
     "recurrence": Shape({"recurrenceDates": "b", "recurrenceRules": [_RULE]})},
    not_both=(("startDate", "expectedStartDate"), ("endDate", "expectedEndDate")),
)  # fmt: skip
_ORGANISATION_3 = Shape({
    **_NAMED.fields, "symbols": [Shape(_fields("exchange symbolType symbol"))], "contactInfo": [_CONTACT_3],
})  # fmt: skip
_RENDITION_3 = Shape(
    {**_fields("name href contentType title format aspectRatio videoCodec transportProtocol bitrate"),
     **_fields("width height sizeInBytes", "i"), **_fields("duration frameRate", "n"),
     "poi": Shape(_fields("x y", "i")), "scanType": ("progressive", "interlaced")},
    required=("name",),
)  # fmt: skip
_KINDS_3 = (*_PICTURES, "event", "planning")
_COVERAGE = Shape({
    **_fields("uri title edNote language"), "pubStatus": _STATUS, "type": _KINDS_3, "dates": _DATES, "urgency": "r",
    "commissioned": Shape({**_fields("by on"), "references": [Shape(_fields("name value"))]}),
    "audiences": [Shape({"audience": "s", "significance": "i"})], "exclAudience": ["s"], "wordCount": "i",
    "itemCount": Shape(_fields("rangeFrom rangeTo", "i")), "renditions": [_RENDITION_3],
})  # fmt: skip
THIRD = Shape(
    {
        **_fields("uri profile version firstCreated versionCreated contentCreated embargoedUntil copyrightHolder"),
        **_fields("copyrightNotice usageTerms edNote language title by slugline located expires name rel"),
        "urgency": "r", "type": _KINDS_3, "representationType": ("full", "partial"), "pubStatus": _STATUS,
        "descriptions": [_PART_3], "headlines": [_PART_3],
        "bodies": [Shape({**_PART_3.fields, **_fields("charCount wordCount", "i")}, required=("value",))],
        "people": [Shape({**_NAMED.fields, "contactInfo": [_CONTACT_3]})], "organisations": [_ORGANISATION_3],
        "places": [Shape({**_NAMED.fields, "geoJSON": _GEO, "contactInfo": [_CONTACT_3]})],
        "subjects": [Shape({**_NAMED.fields, "creator": "s", "relevance": "p", "confidence": "p"})],
        "events": [Shape({**_NAMED.fields, "id": "s"})], "objects": [_NAMED],
        "eventDetails": Shape({**_fields("eventStatus plannedCoverageStatus"), "dates": _DATES,
                               "organiser": _ORGANISATION_3}),
        "plannedCoverage": [_COVERAGE],
        "infoSources": [Shape({**_fields("name role uri literal"), "contactInfo": [_CONTACT_3]})],
        "renditions": [_RENDITION_3], "associations": [Itself], "altIds": [Shape(_fields("role value"))],
        "trustIndicators": [Shape(_fields("role title href"))], "standard": _STANDARD, "genres": [_MADE_BY],
        "rightsInfo": Shape(_fields("langId linkedRights encodedRights"), one_of=("linkedRights", "encodedRights")),
        "digitalSourceType": _MADE_BY,
    },
    required=("uri",),
)  # fmt: skip

SHAPES = {1: FIRST, 2: SECOND, 3: THIRD}
SINCE = {
    "component": "1.2", "infosource": "1.2", "firstcreated": "1.2", "urgency": "1.1", "usageterms": "1.1",
    "ednote": "1.2", "title": "1.2", "slugline": "1.2", "charcount": "1.2", "wordcount": "1.2", "$standard": "1.3",
    "altids": "1.3", "trustindicator": "1.3", "genre": "1.3", "contentcreated": "1.4", "expires": "1.4",
    "rightsinfo": "1.4", "digitalsourcetype": "1.6",
}  # fmt: skip
