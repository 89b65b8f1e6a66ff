"""Rules drawn from articles, in the mix that `tocsin bench rules` measures, each different from all others.

    40 %  two to four parts joined by AND, one of them a phrase        10 %  two parts and one excluded
    25 %  a phrase of two or three words                                5 %  one word
    20 %  (A OR B OR C) AND D

Some articles give many rules and most give few, as some events make many people subscribe. Words are drawn the more
often the rarer they are. A kind of which nothing new is found leaves its share to the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from random import Random

from services.articles.article import Article
from services.errors import InvalidError
from services.queries.canonical import rule_key
from services.queries.document import SEARCHED
from services.queries.tree import Node, Phrase, Term, Text, both, either, without
from services.text import cut

_KINDS = ("and", "phrase", "or", "not", "word")
_SHARES = (0.40, 0.65, 0.85, 0.95, 1.0)
_STOP_SHARE = 0.12  # a word in more articles than this begins or ends no phrase
_TRIES = 12
_LEAST = 20
_PATIENCE = 200


def rules(articles: Sequence[Article], seed: int) -> Iterator[Node]:
    """Give different rules until no more are found."""
    draw = _Draw(articles, Random(seed))  # noqa: S311  # the same seed has to give the same
    seen: set[int] = set()
    while True:
        for _ in range(_TRIES * len(_KINDS)):
            tree = draw.rule()
            key = hash(rule_key(tree))
            if key not in seen:
                break
        else:
            return
        seen.add(key)
        yield tree


class _Draw:
    def __init__(self, articles: Sequence[Article], rng: Random) -> None:
        self.rng = rng
        self.texts = [words for words in map(_words, articles) if len(words) > _LEAST]
        if not self.texts:
            raise InvalidError(f"Expected articles of more than {_LEAST} words to draw rules from", field="--corpus")
        rng.shuffle(self.texts)
        self.weights = list(accumulate(1.0 / (rank + 1) ** 0.5 for rank in range(len(self.texts))))
        self.share = Counter(word for words in self.texts for word in set(words))
        self.stop = {word for word, count in self.share.items() if count > _STOP_SHARE * len(self.texts)}

    def rule(self) -> Node:
        rng = self.rng
        (words,) = rng.choices(self.texts, cum_weights=self.weights)
        (kind,) = rng.choices(_KINDS, cum_weights=_SHARES)
        if kind == "and":
            return both([self.phrase(words), *(self.word(words) for _ in range(rng.choice((1, 2, 3))))])
        if kind == "phrase":
            return self.phrase(words)
        if kind == "or":
            others = rng.choices(self.texts, cum_weights=self.weights, k=3)
            ways: list[Node] = [self.part(rng.choice((words, other))) for other in others]
            return both([either(ways), self.part(words)])
        if kind == "not":
            (other,) = rng.choices(self.texts, cum_weights=self.weights)
            return both([self.word(words), self.part(words), without(self.part(other))])
        return self.word(words)

    def part(self, words: Sequence[str]) -> Text:
        return self.word(words) if self.rng.random() < 0.5 else self.phrase(words)

    def word(self, words: Sequence[str]) -> Term:
        """Draw a word, the rarer the likelier; of words that stand everywhere the rarest."""
        for _ in range(_PATIENCE):
            word = self.rng.choice(words)
            if word not in self.stop and self.rng.random() * self.share[word] < 6:
                return Term(word)
        return Term(min(words, key=self.share.__getitem__))

    def phrase(self, words: Sequence[str]) -> Text:
        for _ in range(_PATIENCE):
            at, count = self.rng.randrange(len(words) - 3), self.rng.choice((2, 2, 3))
            if words[at] not in self.stop and words[at + count - 1] not in self.stop:
                break
        return Phrase(tuple(Term(word) for word in words[at : at + count]))


def _words(article: Article) -> list[str]:
    texts = [article.text[p.start : p.end] for p in article.passages if p.zone in SEARCHED]
    return [word[2] for text in texts for chunk in text.split() for word in cut(chunk)]
