"""Whether a pupil may borrow studies now, each clause by one function; and by whose signatures."""

from dataclasses import dataclass

from transfers.models import Direction
from transfers.rules import pupil
from transfers.rules.pupil import Findings
from transfers.rules.routes import Place
from xueji.rules.engine import Rules, judges

MIGRANT = "migrant"
PAPER_LISTS = ("borrowing.papers", "borrowing.letter_papers")  # what the form offers to tick
WORDS = pupil.Words(
    field="id_number",
    act="借读",
    away="到其他学校借读",
    first="请原学校先办好现在的事项",
)


@dataclass(frozen=True, kw_only=True)
class BorrowingFacts:
    """What the rules need to know of one pupil and of the host school.

    ``term_day``: which day of the term it is, the first day of lessons being 1; None where the
    host's county has no term that has begun. ``host_why`` says why the host takes nobody now, ""
    where it does. What is not asked yet has a default that stands against nothing.
    """

    is_designated: bool
    ground: str = MIGRANT
    ground_text: str = ""
    term_day: int | None = 1
    status: tuple[str, str] = ("enrolled", "在读")
    grade: int = 0
    grade_after: int = 0
    is_same: bool = False
    teaches: bool = True
    host_why: str = ""
    papers: frozenset[str] = frozenset()


@judges("borrowing.enabled")
def enabled(facts: BorrowingFacts, rules: Rules) -> Findings:
    """The one rule that the home school's side is asked too."""
    if not rules.value("borrowing.enabled"):
        yield rules.finding(
            "borrowing.enabled",
            field="id_number",
            message="学籍随人走，不办理借读",
            remedy="请按规定办理转学",
        )


@judges("borrowing.principle")
def principle(facts: BorrowingFacts, rules: Rules) -> Findings:
    if facts.ground in rules.value("borrowing.principle"):
        return
    text = facts.ground_text.strip()
    if text:
        yield rules.finding(
            "borrowing.principle",
            field="reason",
            message=f"学校原则上不收借读生；理由为：{text}",
            remedy="确需借读的，写明为什么，申请例外",
        )
    else:
        yield rules.finding(
            "borrowing.principle",
            field="reason_text",
            message="选了“其他情况”，还没有写是什么情况；学校原则上不收借读生",
            remedy="请写明情况，并申请例外",
        )


@judges("borrowing.designated")
def designated(facts: BorrowingFacts, rules: Rules) -> Findings:
    if not facts.is_designated:
        yield rules.finding(
            "borrowing.designated",
            field="id_number",
            message="本校不是指定的借读学校，不能收借读生",
            remedy="请监护人到指定的学校办理，或由教育局在机构资料中指定本校",
        )


@judges("borrowing.papers")
def papers(facts: BorrowingFacts, rules: Rules) -> Findings:
    if facts.ground == MIGRANT:
        yield from _papers("borrowing.papers", facts.papers, rules)


@judges("borrowing.letter_papers")
def letter(facts: BorrowingFacts, rules: Rules) -> Findings:
    return _papers("borrowing.letter_papers", facts.papers, rules)


@judges("borrowing.window")
def window(facts: BorrowingFacts, rules: Rules) -> Findings:
    key = "borrowing.window"
    remedy = "下学期初再办；确需现在借读的，写明理由申请例外"
    days = rules.value(key)
    return pupil.start_of_term(key, facts, rules, days=days, field=WORDS.field, remedy=remedy)


@judges("borrowing.grade")
def grade(facts: BorrowingFacts, rules: Rules) -> Findings:
    return pupil.grade("borrowing.grade", WORDS, facts, rules)


@judges("borrowing.status")
def status(facts: BorrowingFacts, rules: Rules) -> Findings:
    return pupil.status("borrowing.status", WORDS, facts, rules)


@judges("borrowing.suspended")
def suspended(facts: BorrowingFacts, rules: Rules) -> Findings:
    return pupil.suspended("borrowing.suspended", WORDS, facts, rules)


@judges("borrowing.host")
def host(facts: BorrowingFacts, rules: Rules) -> Findings:
    if facts.is_same:
        why, remedy = "该生的学籍就在本校", "不用办借读"
    elif facts.host_why:
        why, remedy = f"本校{facts.host_why}，现在不能收借读生", "请与教育局联系"
    elif not facts.teaches:
        why, remedy = "本校没有该生所在的年级", "请到有这个年级的学校借读"
    else:
        return
    yield rules.finding("borrowing.host", field="id_number", message=why, remedy=remedy)


@judges("conversion.papers")
def conversion_papers(held: frozenset[str], rules: Rules) -> Findings:
    return _papers("conversion.papers", held, rules)


@judges("lending.papers")
def lending_papers(facts: BorrowingFacts, rules: Rules) -> Findings:
    return _papers("lending.papers", facts.papers, rules)


def route(step: Direction | str, rules: Rules) -> list[Place]:
    """Who signs, the clerk who asks first; ``step`` is a direction, an end or a conversion."""
    return [(stop["at"], stop["role"]) for stop in rules.value(f"borrowing.route.{step}")]


def _papers(key: str, seen: frozenset[str], rules: Rules) -> Findings:
    remedy = "请监护人提供原件，看过后勾选"
    return pupil.papers(key, rules.value(key), seen, rules, remedy=remedy)
