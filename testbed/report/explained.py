"""Words of the glossary where they stand: the first time as a link with the meaning, and as a footnote below."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

from testbed.report.glossary import TERMS
from testbed.report.plaintext import clean

PLAIN = frozenset(
    {"case", "claim", "reason", "list", "world", "city", "act", "action", "tie", "grid", "coin", "reading"}
)
"""Terms that are ordinary words too: a sentence uses them in both senses, so they are not marked."""


def _known() -> Iterator[tuple[str, str]]:
    for term, meaning in TERMS:
        for word in term.split(", "):
            if word not in PLAIN:
                yield word.lower(), meaning.replace("`", "")


MEANINGS = dict(_known())
WORDS = re.compile(
    r"\b(" + "|".join(sorted(map(re.escape, MEANINGS), key=lambda word: (-len(word), word))) + r")(s?)\b",
    re.IGNORECASE,
)


class Explained:
    """The words explained on one page, in the order in which they come up."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}

    def __call__(self, text: object) -> Markup:
        """The text, escaped, with each word of the glossary linked to its footnote where it stands first."""
        return Markup("").join(self._pieces(clean(text)))

    def _pieces(self, text: str) -> Iterator[Markup]:
        end = 0
        for found in WORDS.finditer(text):
            word = found[1].lower()
            if word in self.words:
                continue
            self.words[word] = MEANINGS[word]
            yield escape(text[end : found.start()])
            yield Markup('<a class="term" href="#t-{}"><abbr title="{}">{}</abbr></a>').format(
                word.replace(" ", "-"), MEANINGS[word], found[0]
            )
            end = found.end()
        yield escape(text[end:])

    @property
    def footnotes(self) -> list[tuple[str, str, str]]:
        """Id, word and meaning of each word that was explained."""
        return [(f"t-{word.replace(' ', '-')}", word, meaning) for word, meaning in self.words.items()]
