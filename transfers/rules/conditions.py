"""Whether a pupil may be transferred now, each clause by one function."""

from dataclasses import dataclass
from datetime import date

from transfers.rules import pupil
from transfers.rules.pupil import Findings
from xueji.rules.engine import Rules, judges
from xueji.rules.files import Effect

OTHER = "special"
WORDS = pupil.Words(field="pupil", act="转学", away="转学", first="请先办好现在的事项")


@dataclass(frozen=True, kw_only=True)
class TransferFacts:
    """What the rules need to know of one pupil and of both schools.

    ``term_day``: which day of the term it is, the first day of lessons being 1; None where the
    county's calendar has no term that has begun. ``status`` is the code and the word of the
    register's state. ``is_final``: the last grade of the former school's stage. ``receiving_why``
    says why the receiving school takes nobody now, "" where it does. ``grade_after`` is None
    where no class is named yet. ``direction``: how far the pupil goes. ``alike``:
    how many pupils of the register may be the same child. ``offline_on``: the day on which it was
    done on paper while the system was down, ``term_day`` is then of that day. The term in which it
    was first entered began on ``term_starts_on``, None where the calendar has none; the pupil came
    to the former school of the register on ``former_starts_on``. ``day`` is how the day is called
    that is judged: a form that is only open has not been submitted.
    """

    reason: str
    reason_text: str
    term_day: int | None
    status: tuple[str, str]
    is_final: bool
    sanctions: int
    grade: int
    grade_after: int | None = None
    is_same: bool = False
    teaches: bool = True
    receiving_why: str = ""
    papers: frozenset[str] = frozenset()
    direction: str = ""
    has_national_number: bool = False
    alike: int = 0
    offline_on: date | None = None
    offline_paper: str = ""
    today: date | None = None
    term_starts_on: date | None = None
    former_starts_on: date | None = None
    day: str = "提交日"


@judges("transfer.reason")
def reason(facts: TransferFacts, rules: Rules) -> Findings:
    allowed = rules.value("transfer.reason")
    if facts.reason not in allowed:
        yield rules.finding(
            "transfer.reason",
            field="reason",
            message="没有准予转学的理由",
            remedy="请选一种理由；都不属于的，不办理转学",
        )
    elif facts.reason == OTHER and not facts.reason_text.strip():
        yield rules.finding(
            "transfer.reason",
            field="reason_text",
            message="选了“其他特殊情况”，还没有写是什么情况",
            remedy="请写明为什么确需转学，供审批的人判断",
        )
    elif facts.reason == OTHER:
        yield rules.finding(
            "transfer.reason",
            field="reason_text",
            message=f"理由为其他特殊情况：{facts.reason_text.strip()}",
            remedy="由审批的人判断是否确需转学",
            effect=Effect.RECORD,
        )


@judges("transfer.window")
def window(facts: TransferFacts, rules: Rules) -> Findings:
    key = "transfer.window"
    said = rules.value(key)
    if facts.reason not in said["except"]:
        remedy = "下学期初再办；确有特殊情况的，写明理由申请例外"
        yield from pupil.start_of_term(
            key,
            facts,
            rules,
            days=said["days"],
            field="reason",
            remedy=remedy,
            day="线下办理那天" if facts.offline_on else facts.day,
        )


@judges("transfer.final_grade")
def final_grade(facts: TransferFacts, rules: Rules) -> Findings:
    if facts.is_final:
        yield rules.finding(
            "transfer.final_grade",
            field="pupil",
            message="该生在毕业年级，没有特殊情况不得转学",
            remedy="有特殊情况的，写明理由申请例外",
        )


@judges("transfer.sanction")
def sanction(facts: TransferFacts, rules: Rules) -> Findings:
    if facts.sanctions:
        yield rules.finding(
            "transfer.sanction",
            field="pupil",
            message=f"该生有 {facts.sanctions} 项处分没有撤销，受处分期间一般不予转学",
            remedy="处分撤销以后再办；确需现在转学的，写明理由申请例外",
        )


@judges("transfer.status")
def status(facts: TransferFacts, rules: Rules) -> Findings:
    return pupil.status("transfer.status", WORDS, facts, rules)


@judges("transfer.suspended")
def suspended(facts: TransferFacts, rules: Rules) -> Findings:
    return pupil.suspended("transfer.suspended", WORDS, facts, rules)


@judges("transfer.grade")
def grade(facts: TransferFacts, rules: Rules) -> Findings:
    return pupil.grade("transfer.grade", WORDS, facts, rules)


@judges("transfer.offline")
def offline(facts: TransferFacts, rules: Rules) -> Findings:
    key, on, paper = "transfer.offline", facts.offline_on, facts.offline_paper.strip()
    if on is None and not paper:
        return
    if on is None:
        yield rules.finding(
            key,
            field="offline_on",
            message=f"填了线下审批表“{paper}”，还没有填线下办理的日期",
            remedy="请照审批表填写；不是线下先办的，清空审批表编号",
        )
    elif why := _not_the_day(on, facts):
        yield rules.finding(
            key,
            field="offline_on",
            message=f"线下办理的日期 {on} {why}",
            remedy="请核对审批表；日期没有填错的，清空日期和编号，按今天办理",
        )
    elif not paper:
        yield rules.finding(
            key,
            field="offline_paper",
            message=f"填了 {on} 线下办理，还没有填审批表的编号",
            remedy="请照审批表填写；没有编号的，写明盖章的单位",
        )
    else:
        if facts.term_starts_on is None:
            yield rules.finding(
                key,
                field="offline_on",
                message="本县校历里没有已开学的学期，不能判断线下办理的日子是不是在本学期",
                remedy="由审批的人判断",
                pending=True,
            )
        yield rules.finding(
            key,
            field="offline_on",
            message=f"系统故障期间 {on} 线下先办，审批表 {paper}",
            remedy="请与审批表原件核对",
            effect=Effect.RECORD,
        )


def _not_the_day(on: date, facts: TransferFacts) -> str:
    """Why nothing can have been done on paper that day that is entered only now."""
    if facts.today and on > facts.today:
        return "还没有到"
    if facts.term_starts_on and on < facts.term_starts_on:
        return f"在录入时的学期开学（{facts.term_starts_on}）以前"
    if facts.former_starts_on and on < facts.former_starts_on:
        return "在该生到原学校就读以前"
    return ""


@judges("transfer.receiving")
def receiving(facts: TransferFacts, rules: Rules) -> Findings:
    if facts.is_same:
        why, remedy = "转入学校就是该生现在的学校", "在本校换班的，请办调班"
    elif facts.receiving_why:
        why, remedy = f"转入学校{facts.receiving_why}，现在不能接收", "请与教育局联系，或另选学校"
    elif not facts.teaches:
        why, remedy = "转入学校没有该生所在的年级", "请另选有这个年级的学校"
    else:
        return
    yield rules.finding("transfer.receiving", field="to_school", message=why, remedy=remedy)


@judges("transfer.duplicate")
def duplicate(facts: TransferFacts, rules: Rules) -> Findings:
    if facts.alike:
        exception = rules.rule("transfer.duplicate").exception or "不设例外"
        yield rules.finding(
            "transfer.duplicate",
            field="id_number",
            message=f"疑似重复：有 {facts.alike} 名学生可能是同一人",
            remedy="请核对证件号、姓名和出生日期；是以前转出的学生，改用登记过的证件号查找，"
            f"接着用原来的学籍。确非同一人的，{exception}",
        )
