"""Tell captions of pictures from an article's paragraphs: "File photo: …", "… (AP Photo/Jane Doe)".

Careful, because what is taken for a caption alerts nobody: "the Environmental Protection Agency (EPA)." and "In a video
released by police, …" are the article's own.
"""

from __future__ import annotations

import re

_NAME = r"[A-ZÀ-ÖØ-Þ][\w.'’-]*"
_PERSON = rf"{_NAME}(?: {_NAME}){{1,3}}"
_AGENCY = (
    r"(?:The Associated Press|Associated Press|Getty Images?|GETTY|Getty|Reuters|REUTERS|Rex Features|Barcroft Media|"
    r"Alamy|"
    r"Shutterstock|SWNS|Xinhua|Agencies|Handout)"
)
_SHORT = r"(?:AP|AFP|EPA|PA|EFE|UPI|CNS)"  # they stand in brackets behind their own long names too
_OUTLET = r"(?:Staff|Times|Post|Register|News|Press|Advocate|Tribune|Journal|Chronicle|Herald|Photographer|AP|Getty)"
_DATED = r"(?:undated |file |combination |handout |(?:\w+,? )?\w+\.? \d{1,2},? \d{4},? ){0,2}"
_BEGINS = re.compile(
    r"[\s(\[►▶•*]*(?:(?i:(?:file |ap )?(?:photo|photograph|image|picture|caption)s?(?: \d{1,2})?\s*(?:[:|]|\s[–—-]\s|"
    r"$)|"
    r"(?:file|undated|courtesy|handout|stock) (?:photo|image|picture|photograph)\b|pictured\s*[:,]|"
    r"photo illustration\b|"
    r"image copyright\b|(?:image|media|photo) caption\b|enlarge this image|toggle caption|hide caption|"
    rf"in this {_DATED}(?:file )?(?:photo|image|photograph|picture|frame)\b|"
    rf"this (?:is an? )?{_DATED}(?:photo|image|photograph) (?:provided|released|taken|made|shows)\b)|"
    r"FILE\s*[–—-]|(?:ABOVE|BELOW|LEFT|RIGHT|TOP|BOTTOM)\s*:)"
)
# A description, then who took it: "… in Nice. (Jane Doe/Staff Photographer)", "… Photograph: Jane Doe/AP".
_TAKEN_BY = (
    r"(?i:(?:(?:ap|file|staff|courtesy|handout|pool|screen) )?(?:photos?|images?|photographs?|pictures?)"
    r"\s*(?:(?:by|courtesy|via|from)\b|[:/]|(?=[)\]]))[^()\[\]]{0,80}|file|courtesy(?: of)?(?: [^()\[\]]{2,60})?|"
    r"credit:[^()\[\]]{2,80})|"
    rf"(?:via )?(?:{_AGENCY}|{_SHORT}/[^()\[\]]{{2,40}})|{_PERSON}\s?[/|]\s?[^()\[\]]{{2,60}}|"
    rf"{_PERSON}, [^()\[\]]{{0,40}}{_OUTLET}[^()\[\]]{{0,20}}|{_PERSON} via [^()\[\]]{{2,40}}"
)
_ENDS = re.compile(
    rf"(?:[(\[](?:{_TAKEN_BY})[)\]]|(?<=[.!?”\"] )[(\[]{_SHORT}[)\]]|"
    rf"\b(?:Photograph|Photo|Image|Picture|PHOTO|CREDIT|"
    rf"Credit)s?: ?{_NAME}(?: {_NAME}){{0,3}}(?:\s?/\s?[\w .]{{2,30}})?|"
    rf"(?<=[.!?”\"] )(?:{_PERSON}\s?/\s?(?:The )?{_NAME}(?: {_NAME}){{0,3}}|{_AGENCY}\s?/\s?{_PERSON}|"
    rf"{_SHORT}\s?/\s?{_PERSON})|[|•·–—] ?(?i:photos?|images?|pictures?) ?"
    r"(?i:credits?|by|courtesy(?: of)?):? [^.]{2,60}|"
    r"(?:—|--) ?(?i:photos? (?:by|courtesy)) [^.]{2,60}|\b(?i:hide caption)(?: \d+ of \d+)?)\.?$"
)
# A credit runs into its caption where a page's text was glued: "Getty Images Fans celebrate the win".
_GLUED = re.compile(
    r"(?:AP:Associated Press|Getty Images?|GETTY|Rex Features|Barcroft Media|Alamy|Shutterstock|SWNS|Reuters)\s+"
    r"(?=[A-ZÀ-ÖØ-Þ\d])[^.]{10,220}$"
)
_CREDIT_ALONE = re.compile(
    rf"(?:{_PERSON}\s?/\s?(?:The )?{_NAME}(?: {_NAME}){{0,3}}(?:,? via {_NAME}(?: {_NAME}){{0,3}})?|{_AGENCY}|{_SHORT}|"
    rf"{_NAME}\s?/\s?{_NAME} via {_NAME}|[(\[](?i:courtesy of|photos? by|credit:)[^()]{{2,60}}[)\]]|"
    rf"[\w ]{{0,30}}(?i:photos? by) {_PERSON}(?:\s?/\s?[\w .]{{2,30}})?)\.?$"
)
_CREDIT_LAST = re.compile(rf"(?:^|[.!?”\"] )(?:\w+ )?(?i:photos? by) {_PERSON}\.?$")
_LONGEST = 500


def is_caption(paragraph: str) -> bool:
    """Say whether a paragraph describes a picture."""
    if len(paragraph) > _LONGEST:
        return False
    if _BEGINS.match(paragraph) or _GLUED.match(paragraph):
        return True
    return paragraph.count(". ") <= 3 and _ENDS.search(paragraph) is not None


def is_picture_credit(paragraph: str) -> bool:
    """Say whether a paragraph only says who took a picture: "Jane Doe/Getty Images"."""
    return len(paragraph) <= 120 and _CREDIT_ALONE.match(paragraph) is not None


def is_caption_sentence(sentence: str) -> bool:
    """Say whether a paragraph's last sentence is a picture's caption or credit that ran into it."""
    return len(sentence) <= 300 and (_ENDS.search(sentence) is not None or _CREDIT_LAST.search(sentence) is not None)
