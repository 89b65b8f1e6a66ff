"""Cut a query's text into tokens: words, phrases, parentheses, operators, field names.

A word is a run without white space, parentheses, quotation marks, colons and bars. `& + ! -` are operators only at
the start of a word or alone; inside they belong to it. Quotation marks of all kinds and full-width signs are read as
the plain ones. What the text analysis drops, such as a dash between spaces, is a blank word, which the parser skips.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from services.queries import fields, operators, words
from services.queries.limits import FARTHEST
from services.queries.mistake import QueryError, cited
from services.queries.operators import Joint, Operator

_PLAIN = str.maketrans("“”„‟«»＂（）：｜＝＋－＆！＊？～＠＜＞／\u2010\u2011\u2212", '"""""""():|=+-&!*?~@<>/---')
_RUN = re.compile(r'[^\s()":|]+')
_CODE = re.compile(r'[<>]\s*[0-9,]+|[^\s()"|]+')
_SPREAD = re.compile(r"~([^\s()\"|:]*)")
_PATTERN = re.compile(r'/[^\s/"]+/[a-z]{0,3}(?=[\s)]|$)')
_COUNTED = re.compile(r"(?:ATLEAST|ATL)/?([0-9]*)")
_CAPITALS = frozenset({"ALLCAPS", "CAPS", "NOCAPS"})
_SEEN_FORMATS = "\u00ad\u200c\u200d\u2060\ufeff"  # stand inside words; the text analysis drops them there


class Kind(StrEnum):
    """The kinds of tokens."""

    WORD = "word"
    PHRASE = "phrase"
    OPEN = "("
    CLOSE = ")"
    OPERATOR = "operator"
    FIELD = "field"
    ATLEAST = "ATLEAST"
    CAPITALS = "ALLCAPS"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `start` and `end` count from 0. `value` is a word, a phrase without its marks, or a name."""

    kind: Kind
    start: int
    end: int
    value: str = ""
    value_start: int = 0
    exact: bool = False
    ambiguous: bool = False
    count: int = 0
    spread: int = 0
    operator: Operator | None = None

    @property
    def length(self) -> int:
        """How many characters the token takes."""
        return max(1, self.end - self.start)

    @property
    def joint(self) -> Joint | None:
        """What an operator does; `None` for other tokens."""
        return self.operator.joint if self.operator else None

    @property
    def is_blank(self) -> bool:
        """Whether nothing of it is left to compare."""
        return self.kind in (Kind.WORD, Kind.PHRASE) and words.is_blank(self.value)


def plain(text: str) -> str:
    """Level quotation marks and signs, and make white space of what is not to be seen; no position changes."""
    text = text.translate(_PLAIN)
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(sign) for sign in text)


def _visible(sign: str) -> str:
    hidden = unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co") and sign not in _SEEN_FORMATS
    return " " if hidden or sign == "\ua78f" else sign


@dataclass
class Scanner:
    """Reads tokens from left to right and collects notes."""

    text: str
    at: int = 0
    tokens: list[Token] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _row_end: int = 0

    def scan(self) -> list[Token]:
        """Read all tokens; the last one is the end."""
        while self.at < len(self.text):
            if self.text[self.at].isspace():
                self.at += 1
            else:
                self._token()
        self.tokens.append(Token(Kind.END, len(self.text), len(self.text)))
        return self.tokens

    def _add(self, kind: Kind, end: int, **more: object) -> None:
        self.tokens.append(Token(kind, self.at, end, **more))  # type: ignore[arg-type]  # names a Token's own fields
        self.at = end

    def _token(self) -> None:
        sign = self.text[self.at]
        if sign == '"':
            self._phrase()
        elif sign in "()":
            self._add(Kind(sign), self.at + 1)
        elif sign == ":":
            rest = " has no field before it, such as title:"
            raise QueryError("The colon", self.at, rest=rest)
        elif sign in "|&+-!" or (sign == "–" and not self._alone(1)):
            self._sign(sign)
        elif sign == "=":
            self._exact()
        elif sign == "@":
            self._topic()
        else:
            self._word()

    def _phrase(self, *, exact: bool = False) -> None:
        opened = self.at + exact
        closed = self.text.find('"', opened + 1)
        if closed < 0:
            raise QueryError("The quotation mark", opened, rest=" is never closed")
        value = self.text[opened + 1 : closed]
        spread = _SPREAD.match(self.text, closed + 1)
        end = spread.end() if spread else closed + 1
        distance = self._spread(spread) if spread else 0
        self._add(Kind.PHRASE, end, value=value, value_start=opened + 1, exact=exact, spread=distance)

    def _spread(self, match: re.Match[str]) -> int:
        digits = match[1]
        if not (digits.isascii() and digits.isdigit()):
            what = "The ~ after a phrase needs a number of words"
            raise QueryError(what, match.start(), rest='. Write "a b"~5, or a NEAR/5 b')
        distance = operators.distance_of(digits, match.group(), match.start(), len(match.group()))
        self._note(operators.far_note(distance))
        return distance

    def _sign(self, sign: str) -> None:
        run = self._run()
        alone = self._alone(run)
        if sign == "|" or (sign in "&+" and alone):
            joint = Joint.OR if sign == "|" else Joint.AND
            self._add(Kind.OPERATOR, self.at + run, operator=Operator(joint))
        elif sign in "&+":
            self.at += run  # +word: must be there, as every word must
        elif run > 1 and alone:
            self.at += run  # a dash, typed as two hyphens
        else:
            if alone and sign == "-":
                self.notes.append('A "-" between spaces is read as NOT')
            self._add(Kind.OPERATOR, self.at + 1, operator=Operator(Joint.NOT))

    def _run(self) -> int:
        """Count how often the sign here stands in a row; a row is walked over once, however many tokens it makes."""
        if self.at >= self._row_end:
            self._row_end = self.at
            while self.text[self._row_end : self._row_end + 1] == self.text[self.at]:
                self._row_end += 1
        return self._row_end - self.at

    def _alone(self, run: int) -> bool:
        after = self.text[self.at + run : self.at + run + 1]
        return not after or after.isspace()

    def _exact(self) -> None:
        after = self.at + 1
        if self.text[after : after + 1] == '"':
            self._phrase(exact=True)
            return
        run = _RUN.match(self.text, after)
        if run is None or not self._is_word(run.group()):
            found = f"; here stands {cited(run.group())}" if run else ""
            what = f'The = stands before a word or a phrase, as in =ICE or ="Sanctuary City"{found}'
            raise QueryError(what, self.at)
        if self.text[run.end() : run.end() + 1] == ":":
            name = run.group()
            advice = f"Write {cited(name)}:=… to have the value exactly as typed"
            raise QueryError("The = cannot stand before a field", self.at, advice=advice)
        self._add(Kind.WORD, run.end(), value=run.group(), value_start=after, exact=True)

    @staticmethod
    def _is_word(run: str) -> bool:
        return not words.is_blank(run) or "*" in run

    def _topic(self) -> None:
        run = _RUN.match(self.text, self.at + 1)
        if run is None:
            self.at += 1
            return
        self._add(Kind.FIELD, self.at + 1, value="topic")
        self._add(Kind.WORD, run.end(), value=run.group(), value_start=self.at)

    def _word(self) -> None:
        if pattern := _PATTERN.match(self.text, self.at):
            rest = ". Use a wildcard, such as detain*"
            raise QueryError("Patterns between slashes are not read", self.at, rest=rest, length=len(pattern.group()))
        run = _RUN.match(self.text, self.at)
        assert run is not None
        value, end = run.group(), run.end()
        follows = self.text[end : end + 1]
        if follows == ":":
            self._field(value, end)
        elif (counted := _COUNTED.fullmatch(value)) and self._opens_group(end):
            self._add(Kind.ATLEAST, end, value=value, count=self._count(counted[1], value))
        elif value in _CAPITALS and follows == "(":
            self._add(Kind.CAPITALS, end, value=value)
        elif (operator := operators.read(value, self.at)) is not None:
            self._note(operator.note, operators.far_note(operator.distance))
            self._add(Kind.OPERATOR, end, operator=operator)
        else:
            self._plain_word(value, end)

    def _plain_word(self, value: str, end: int) -> None:
        if "~" in value and self._is_word(value):
            what = f'The ~ in "{cited(value)}" is not read'
            rest = '. It stands after a phrase of two words, as in "a b"~5, or in place~:'
            raise QueryError(what, self.at + value.index("~"), rest=rest)
        if value[-1] not in "*" and self.text[end : end + 1] == "(" and not words.is_blank(value):
            shown = cited(self._to_closing(end, value))
            self._note(f'"{value}" and the parenthesis after it are read apart. To find "{shown}", put it in quotes')
        if value.endswith("!") and not words.is_blank(value):
            self._note(f'"{value}" is read as {value[:-1]}*, every word that starts so')
            value = value[:-1] + "*"
        self._note(operators.lower_case_note(value))
        self._add(Kind.WORD, end, value=value, value_start=self.at)

    def _to_closing(self, opened: int, value: str) -> str:
        closed = self.text.find(")", opened)
        return value + (self.text[opened : closed + 1] if closed >= 0 else self.text[opened:])

    def _opens_group(self, end: int) -> bool:
        return self.text[end:].lstrip()[:1] == "("

    def _count(self, digits: str, shown: str) -> int:
        count = int(digits) if digits and len(digits) < 10 else 0 if not digits else FARTHEST + 1
        if count > FARTHEST:
            rest = f". {FARTHEST} times is the most"
            raise QueryError(f"{cited(shown)} is too often", self.at, rest=rest, length=len(shown))
        if count < 1:
            rest = ". Write ATLEAST/2(…)"
            raise QueryError(f"{cited(shown)} needs a number of times", self.at, rest=rest, length=len(shown))
        return count

    def _field(self, typed: str, end: int) -> None:
        name, ambiguous = fields.field_name(typed, self.at)
        self._add(Kind.FIELD, end + 1, value=name, ambiguous=ambiguous)
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1
        code = _CODE.match(self.text, self.at) if fields.kind_of(name) is fields.Kind.CODE else None
        if code is not None and self.text[self.at] not in "=-|":
            self._add(Kind.WORD, code.end(), value=code.group(), value_start=self.at)

    def _note(self, *notes: str) -> None:
        self.notes += [note for note in notes if note]
