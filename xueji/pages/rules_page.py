"""What is in force for a rule set on a day, arranged for reading: by document or by business."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from xueji.pages.rule_words import TAGS, effect_words, value_words
from xueji.rules import check
from xueji.rules.clauses import UNWRITTEN, Clause
from xueji.rules.engine import RuleSet, judge_of
from xueji.rules.inheritance import Rule

TOPICS = {
    "entry": "新生入学",
    "class": "班级",
    "numbering": "学籍号",
    "number": "学籍号",
    "register": "学籍档案与核对",
    "order": "建制调整",
    "transfer": "转学",
    "borrowing": "借读",
    "conversion": "借读",
    "lending": "借读",
    "suspension": "休学复学",
    "departure": "离校",
    "progression": "升级毕业",
    "correction": "信息更正",
    "report": "报表",
    "case": "各种业务共用",
}
BEYOND = "其他"
KEPT_BY_PEOPLE = "由岗位和人执行的条文"


@dataclass(frozen=True)
class Told:
    """One rule in force, as the page tells it; ``above`` is what would hold without its set."""

    rule: Rule
    above: Rule | None

    @property
    def effect(self) -> str:
        return str(self.rule.effect or "value")

    @property
    def tag(self) -> tuple[str, str]:
        return TAGS[self.effect]

    @cached_property
    def effect_words(self) -> str:
        return effect_words(self.rule)

    @cached_property
    def value_words(self) -> str:
        return value_words(self.rule)

    @property
    def departs(self) -> bool:
        """Whether the set above says something else."""
        return self.above is not None and _said(self.above) != _said(self.rule)

    @cached_property
    def above_words(self) -> str:
        """Effect and value of the set above."""
        return in_words(self.above) if self.above else ""

    @cached_property
    def own_words(self) -> str:
        return in_words(self.rule)

    @property
    def judge(self) -> str:
        return judge_of(self.rule.key)

    @property
    def test(self) -> str:
        return _tables().get(self.rule.key, "")


@dataclass(frozen=True)
class Row:
    """A clause with the rules that cite it; rules without a clause; a clause without rules.

    Of each rule is told whether it stands on the page for the first time: there is its anchor.
    """

    clause: Clause | None
    told: tuple[tuple[Told, bool], ...] = ()

    @property
    def tag(self) -> tuple[str, str]:
        return TAGS[self.clause.reaction if self.clause else ""]


@dataclass(frozen=True)
class Section:
    title: str
    where: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Chosen:
    """What the reader asked for: words, an effect or reaction, the set it comes from."""

    words: str = ""
    effect: str = ""
    layer: str = ""

    def takes(self, told: Told) -> bool:
        rule = told.rule
        texts = (rule.key, rule.title, told.own_words, *map(_text, rule.clauses))
        return self._fits(told.effect, rule.set_name, texts)

    def takes_clause(self, clause: Clause, layer: str) -> bool:
        return self._fits(clause.reaction, layer, (_text(clause), clause.how))

    def _fits(self, effect: str, layer: str, texts: Iterable[str]) -> bool:
        return (
            self.effect in ("", effect)
            and self.layer in ("", layer)
            and plain(self.words) in plain("".join(texts))
        )


def plain(text: str) -> str:
    """For searching: one width of punctuation, no blanks, small letters."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def in_words(rule: Rule) -> str:
    """Effect and value in one line: 提醒，可由教育局批准例外."""
    word = rule.effect.label if rule.effect else ""
    return "，".join(filter(None, (word, effect_words(rule), value_words(rule))))


def standing(of: RuleSet, on: date, chosen: Chosen) -> list[Told]:
    """The rules in force that the reader chose."""
    everything = (Told(rule, of.above(rule, on)) for rule in of.at(on))
    return [told for told in everything if chosen.takes(told)]


def kept_by_people(of: RuleSet, on: date, chosen: Chosen) -> list[tuple[Clause, str]]:
    """The clauses in force by which no entry is judged, with the name of their set."""
    return [
        (clause, layer.name)
        for layer in reversed(of.layers)
        for clause in layer.clauses.values()
        if clause.since and clause.since <= on and chosen.takes_clause(clause, layer.name)
    ]


def by_document(of: RuleSet, told: list[Told], clauses: list[tuple[Clause, str]]) -> list[Section]:
    """The lowest set's documents first, clauses in their order; at the end what no text says."""
    seen: set[str] = set()
    standing_alone = {clause.id for clause, _ in clauses}
    sections = []
    for layer in reversed(of.layers):
        documents: dict[str, list[Row]] = {}
        for clause in layer.clauses.values():
            citing = [one for one in told if clause in one.rule.clauses]
            if citing or clause.id in standing_alone:
                row = Row(clause, tuple(_first(citing, seen)))
                documents.setdefault(clause.title, []).append(row)
        sections += [Section(title, layer.title, tuple(rows)) for title, rows in documents.items()]
    unwritten = [one for one in told if not one.rule.clauses]
    if unwritten:
        rows = tuple(Row(None, ((one, True),)) for one in unwritten)
        sections.append(Section(UNWRITTEN, "", rows))
    return sections


def by_topic(told: list[Told], clauses: list[tuple[Clause, str]]) -> list[Section]:
    """Business by business, in the order of `TOPICS`; at the end what stays with people."""
    topics: dict[str, list[Row]] = {title: [] for title in (*TOPICS.values(), BEYOND)}
    for one in told:
        topics[TOPICS.get(one.rule.key.split(".")[0], BEYOND)].append(Row(None, ((one, True),)))
    topics[KEPT_BY_PEOPLE] = [Row(clause) for clause, _ in clauses]
    return [Section(title, "", tuple(rows)) for title, rows in topics.items() if rows]


def _first(citing: list[Told], seen: set[str]) -> Iterator[tuple[Told, bool]]:
    for one in citing:
        yield one, one.rule.key not in seen
        seen.add(one.rule.key)


def _said(rule: Rule) -> tuple[object, ...]:
    return rule.effect, rule.grant, rule.value


def _text(clause: Clause) -> str:
    return clause.title + clause.passage


@lru_cache(maxsize=1)
def _tables() -> dict[str, str]:
    return check.tables()
