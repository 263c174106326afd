"""A clause of a regulation and its printed citation: the words are the source's own or absent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

NOT_HELD = "原文未收录"
UNWRITTEN = "文件未规定，按本县设定（可改）"

# What becomes of a clause that no entry is judged by.
REACTIONS = {
    "block": "阻止",
    "warn": "提醒",
    "notify": "通知",
    "record": "记录",
    "office": "岗位与权限",  # kept by who may do what
    "human": "人工决定",  # decided by people, only recorded here, never automated
}


@dataclass(frozen=True)
class Clause:
    """One place in a document. ``words`` is empty when we do not hold the text.

    Two excerpts of one clause are joined by ``……``, as in print. A clause by which no entry is
    judged has a ``reaction``, holds ``since`` a day, and says ``how`` the product meets it; ""
    where it does not yet.
    """

    id: str
    document: str
    number: str
    place: str
    words: str
    level: str
    reaction: str = ""
    since: date | None = None
    how: str = ""

    @property
    def held(self) -> bool:
        return bool(self.words)

    @property
    def title(self) -> str:
        """The document as it is named in a citation."""
        return f"《{self.document}》" + (f"（{self.number}）" if self.number else "")

    @property
    def passage(self) -> str:
        """Place and words; quotation marks inside the words become single, as print asks."""
        if not self.held:
            return f"{self.place}（{NOT_HELD}）"
        inner = self.words.translate(str.maketrans("“”", "‘’"))
        return f"{self.place}“{inner}”"


def cite(key: str, clauses: Sequence[Clause]) -> str:
    """The clauses as printed beside a refusal; without any, that the county decides under ``key``.

    A document is named once for all its clauses that stand together.
    """
    if not clauses:
        return f"{UNWRITTEN}：{key}"
    printed, last = [], ""
    for clause in clauses:
        printed.append((clause.title if clause.title != last else "") + clause.passage)
        last = clause.title
    return "；".join(printed)
