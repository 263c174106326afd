"""Whether the child has a register or a number already: one child, one register, one number."""

from collections.abc import Iterator

from enrollment.rules.exempt import exempt, grounds
from enrollment.rules.facts import EntryFacts
from xueji.rules.engine import Finding, Rules, judges
from xueji.rules.files import Effect

Findings = Iterator[Finding]


def exempt_from_transfer(facts: EntryFacts, rules: Rules) -> str:
    """Why the school may take a pupil registered elsewhere without transfer, or ""."""
    former = "special" if facts.from_special_school else ""
    ground = exempt(facts.school_kind, former_kind=former, rules=rules)
    return grounds(rules)[ground] if ground else ""


def what_to_do_about_a_double(*, is_pending: bool) -> str:
    """One sentence, wherever a child is told of whose number is held already."""
    first = "请先核对证件号；号码无误的，"
    if is_pending:
        return f"{first}由先办的学校办完或者撤回，一名学生只能由一所学校建籍"
    return f"{first}在原学籍上办理转学或复学，不另建"


def what_to_do_about_a_likeness(rules: Rules) -> str:
    exception = rules.rule("entry.duplicate.near").exception or "不设例外"
    return f"请先核对证件号、姓名和出生日期。确非同一人的，{exception}"


@judges("entry.duplicate.exact")
def duplicate_exact(facts: EntryFacts, rules: Rules) -> Findings:
    """An exempt pupil's own register moves instead of a second one being made."""
    is_held = "正由另一件业务办理入学" if facts.same_id_pending else "已建有学籍"
    if facts.same_id and not (facts.live_elsewhere and exempt_from_transfer(facts, rules)):
        yield rules.finding(
            "entry.duplicate.exact",
            field="id_number",
            message=f"该身份证件号{is_held}，不得重复建立",
            remedy=what_to_do_about_a_double(is_pending=facts.same_id_pending),
        )


@judges("entry.duplicate.near")
def duplicate_near(facts: EntryFacts, rules: Rules) -> Findings:
    found = []
    if facts.same_person_near:
        found.append(f"有 {facts.same_person_near} 名学生可能是同一人")
    if facts.same_person_lines:
        lines = "、".join(map(str, facts.same_person_lines))
        found.append(f"表内第 {lines} 行的学生可能是同一人")
    if found:
        yield rules.finding(
            "entry.duplicate.near",
            field="name",
            message=f"疑似重复：{'，'.join(found)}",
            remedy=what_to_do_about_a_likeness(rules),
        )


@judges("entry.transfer_required")
def transfer_required(facts: EntryFacts, rules: Rules) -> Findings:
    """Three exceptions pass, and it is recorded which one."""
    if not facts.live_elsewhere:
        return
    if why := exempt_from_transfer(facts, rules):
        yield rules.finding(
            "entry.transfer_required",
            field="id_number",
            message=f"他校在籍学生，属除外情形（{why}），不办转学手续即可就读",
            remedy="系统记录这一情形，原学籍随学生转到本校",
            effect=Effect.RECORD,
        )
    else:
        yield rules.finding(
            "entry.transfer_required",
            field="id_number",
            message="该生在他校有学籍，未办转学手续不能入学",
            remedy="请改办转学",
        )


@judges("entry.home_taught")
def home_taught(facts: EntryFacts, rules: Rules) -> Findings:
    if facts.home_taught:
        yield rules.finding(
            "entry.home_taught",
            field="home_taught",
            message="送教上门学生：学籍建在承担送教的学校，计入在籍，不计班额",
            remedy="请确认由本校承担送教上门",
        )


@judges("entry.home_taught.disability")
def home_taught_disability(facts: EntryFacts, rules: Rules) -> Findings:
    if facts.home_taught and not facts.disabled:
        yield without_disability(rules)


def without_disability(rules: Rules) -> Finding:
    """Severe disability is why a child is taught at home: the sheet has to say which."""
    exception = rules.rule("entry.home_taught.disability").exception or "不设例外"
    return rules.finding(
        "entry.home_taught.disability",
        field="disability",
        message="送教上门的学生没有填残疾类型，或填的是无残疾",
        remedy="送教上门限残疾程度较重、无法到校的学生。请照残疾人证或诊断证明填写残疾类型；"
        f"没有残疾类型的，{exception}",
    )


@judges("entry.id_missing")
def id_missing(facts: EntryFacts, rules: Rules) -> Findings:
    if facts.id_missing and not facts.foreign:
        yield rules.finding(
            "entry.id_missing",
            field="id_number",
            message="没有身份证件号：已按姓名、性别、出生日期查重",
            remedy="可以建籍；取得身份证后办理关键信息变更",
        )


@judges("entry.foreign")
def foreign(facts: EntryFacts, rules: Rules) -> Findings:
    if facts.foreign and facts.id_missing:
        yield rules.finding(
            "entry.foreign",
            field="id_number",
            message="港澳台侨及外籍学生没有登记有效身份证件",
            remedy="请补登通行证、护照等有效证件",
        )


@judges("entry.not_first_grade")
def not_first_grade(facts: EntryFacts, rules: Rules) -> Findings:
    if (facts.stage, facts.grade) != ("primary", 1):
        yield rules.finding(
            "entry.not_first_grade",
            field="into_grade",
            message="非小学一年级新生建籍，须列入月末全国查重名单",
            remedy="查重通过后建籍；不通过的按转学办理",
        )


@judges("entry.one_number")
def one_number(facts: EntryFacts, rules: Rules) -> Findings:
    if facts.national_number_taken:
        yield rules.finding(
            "entry.one_number",
            field="national_number",
            message="该全国学籍号已登记在另一名学生名下",
            remedy="请按全国系统核对号码；确属同一人的，报教育局查重",
        )


@judges("entry.national_number")
def national_number(facts: EntryFacts, rules: Rules) -> Findings:
    """G, J and L are treated alike; an unknown prefix is pointed out and never refuses."""
    known = rules.value("entry.national_number")
    if facts.national_number and facts.national_number[0] not in known:
        yield rules.finding(
            "entry.national_number",
            field="national_number",
            message=f"全国学籍号的字头不是 {'、'.join(known)}",
            remedy="请按全国系统核对；不影响办理",
            effect=Effect.RECORD,
        )
