"""What of the lines that a site repeats is cut."""

from dataclasses import dataclass

# Published counts leave out lines that fewer documents of a site have (steps.lines).
LEAST_SHARE = 0.01


@dataclass(frozen=True)
class RepeatSettings:
    """Which lines are a site's boilerplate though no rule knows them.

    cut: whether they are cut; if not, they are still counted and listed (`hygiene repeats`).
    min_documents: in how many unlike documents of the site, over all dumps, a line must stand;
    copies and versions of one text count once.
    min_share: in what part of the site's documents, 0.02 to 1.
    max_elsewhere: the part of all other sites' documents that may have it, as a part of its share
    here; 1 for as many as here.
    max_share: where such lines are more than this part of a document's prose, they belong to it (a
    licence, a form letter), and nothing is cut.
    allow: lines that are never cut, as they stand in a text; case and numbers do not count.
    """

    cut: bool = True
    min_documents: int = 8
    min_share: float = 0.1
    max_elsewhere: float = 0.1
    max_share: float = 0.5
    allow: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.min_documents < 2:
            raise ValueError(f"min_documents takes 2 or more, not {self.min_documents}")
        if not 2 * LEAST_SHARE <= self.min_share <= 1:
            raise ValueError(
                f"min_share takes {2 * LEAST_SHARE} to 1, not {self.min_share}: counts leave out "
                "what is rarer"
            )
        for name in ("max_elsewhere", "max_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} takes 0 to 1, not {getattr(self, name)}")
