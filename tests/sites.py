"""Five sites as they might be delivered: articles of their own words, each within its site's frame.

What belongs here: making the documents, and saying which lines are whose. What does not: asserting.
"""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path

DUMPS = ("2026-01-01", "2026-01-02", "2026-01-03")
SITES = ("post", "herald", "blog", "club", "town")
QUOTATION = (
    "All that is gold does not wander far from the hill, and not all who glitter are lost to it, "
    "as the old keeper of the lighthouse used to say to the children who came up the stairs."
)
REFRAIN = "Row, row, the tide is low,"
LICENCE = [
    "This text may be copied and passed on by anybody, in whole or in part, for whatever purpose, "
    "as long as this notice and the name of its author are passed on with every copy of it.",
    "It comes without any warranty: nobody who has had a hand in it answers for what becomes of "
    "those who read it, nor of their boats, their hens or their hopes for the coming year.",
]
_SYLLABLES = [a + b for a in "bdfgklmnprstv" for b in ("a", "e", "i", "o", "u")]


@dataclass(frozen=True)
class Article:
    """One document: what its author wrote, line for line, and what its site put around it."""

    site: str
    number: int
    own: list[str]
    text: str
    template: list[str] = field(default_factory=list)


def paragraph(made: random.Random) -> str:
    """Sentences of words that nobody else uses."""
    sentences = []
    for _ in range(made.randint(2, 5)):
        words = ["".join(made.choices(_SYLLABLES, k=made.randint(2, 4))) for _ in range(12)]
        sentences.append(" ".join(words).capitalize() + ".")
    return " ".join(sentences)


def frame(site: str) -> tuple[list[str], list[str], list[str]]:
    """(above, within, below) of each page of a site."""
    name = site.title()
    return (
        [f"{name} home", f"{name} news | {name} sport | {name} weather", f"Log in to {name}"],
        [f"Story continues below the {name} calendar"],
        [
            "12 people like this on the " + name,
            f"The views of those who write for the {name} are not those of its owners, who have "
            "not read them and would rather not be asked about them.",
            f"© The {name} and its friends, all rights reserved",
        ],
    )


def articles(count: int = 200) -> list[Article]:
    """Of all sites in turn; each third article is of the same dump."""
    made = random.Random(4)
    return [_article(made, number) for number in range(count)]


def _article(made: random.Random, number: int) -> Article:
    site = SITES[number % len(SITES)]
    above, within, below = frame(site)
    own = [paragraph(made) for _ in range(made.randint(4, 7))]
    title = " ".join(paragraph(made).split()[:4])
    if number % 10 == 0:
        own.insert(2, QUOTATION)
    if site == "club" and number % 4 == 0:  # a song
        verse = [" ".join(paragraph(made).split()[:4]) + "," for _ in range(9)]
        own[1:1] = [*verse[:3], REFRAIN, *verse[3:6], REFRAIN, *verse[6:], REFRAIN]
    if site == "blog" and number % 6 == 0:  # a page that is its licence
        own = [f"Licence of {title}", *LICENCE]
        text = "\n\n".join(own)
        return Article(site, number, own, text)
    rows = [title, *own]
    between = "\n" if site == "club" or number % 7 == 0 else "\n\n"
    rows.insert(4 if site != "club" else len(rows) - 2, within[0])
    below = [below[0].replace("12", str(number + 2)), *below[1:]]
    text = between.join(["\n".join(above), *rows, "\n".join(below)])
    return Article(site, number, [title, *own], text, [*above, *within, *below])


def deliver(raw: Path, made: list[Article], *, folders: bool = False) -> list[Path]:
    """Three dumps of them: JSON Lines with addresses, or a folder of texts for each site."""
    for number, dump in enumerate(DUMPS):
        mine = [article for article in made if article.number % len(DUMPS) == number]
        for article in mine:
            if folders:
                place = raw / dump / article.site / f"{article.number}.txt"
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(article.text, "utf-8")
        if not folders:
            (raw / dump).mkdir(parents=True)
            lines = (json.dumps(_record(article)) + "\n" for article in mine)
            (raw / dump / "pages.jsonl").write_text("".join(lines), "utf-8")
    return [raw / dump for dump in DUMPS]


def _record(article: Article) -> dict[str, object]:
    url = f"https://www.{article.site}.example/{article.number}"
    return {"text": article.text, "url": url, "number": article.number}
