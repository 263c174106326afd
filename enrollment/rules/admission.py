"""Whether a school may take the child: place, age, papers, kind of register."""

from collections.abc import Iterator
from datetime import date

from enrollment.rules.facts import EntryFacts, cutoff, months_old, register_type
from xueji.rules.engine import Finding, Rules, concludes, judges
from xueji.rules.files import Effect
from xueji.rules.papers import WAIVER, missing, named

Findings = Iterator[Finding]
FULL_CODE = 12
UNSEEN = frozenset({"entry.papers", "entry.migrant.papers"})  # not ticked is not yet unfit
BY_SIGNERS = "没有内地户口的，由签署人看证件和住址核对；有的选定到村、社区"
MOST_CHOICES = 4  # places of one name that a sentence lists


@judges("entry.catchment")
def catchment(facts: EntryFacts, rules: Rules) -> Findings:
    """Where the child lives; the migrant's school is designated instead.

    A home that names no village is not taken for one inside: 应首先认定.
    """
    if facts.migrant or (facts.school_kind != "ordinary" and not facts.has_catchment):
        return
    if not facts.has_catchment or not facts.has_address:
        lacking = "还没有填现住址" if facts.has_catchment else "本校服务范围尚未登记"
        yield rules.finding(
            "entry.catchment",
            field="address_code",
            message=f"{lacking}，是否属于本校服务范围待核",
            remedy="补全后自动核对",
            pending=True,
        )
    elif facts.address_code not in facts.catchment:
        message, remedy = _outside(facts)
        yield rules.finding(
            "entry.catchment",
            field="address_code",
            message=message,
            remedy=f"{remedy}{_exception('catchment', rules)}",
        )


def _outside(facts: EntryFacts) -> tuple[str, str]:
    """Why the home is not known to lie in the catchment, and what to do first."""
    code = facts.address_code
    choose = "请在现住址输入镇名和村名，从列表中选定。列表里没有的，"
    if facts.address_choices:
        places = "、".join(f"（{choice}）" for choice in facts.address_choices[:MOST_CHOICES])
        return f"现住址写的地方不止一处，不能认定是否属于本校服务范围：{places}", choose
    if not code or any(village.startswith(code) for village in facts.catchment):
        return "现住址没有写到村、社区，不能认定是否属于本校服务范围", choose
    place = code.ljust(FULL_CODE, "0")
    return (
        f"现住址（{place}）不在本校服务范围",
        "请核对现住址，或到所在服务范围的学校入学。",
    )


@judges("entry.two_unities")
def two_unities(facts: EntryFacts, rules: Rules) -> Findings:
    """Two equalities by code. A code that lacks digits leaves open what it does not decide."""
    if facts.migrant:
        return
    places = {
        "hukou_code": ("学生户口所在地", facts.hukou_code),
        "guardian_hukou_code": ("监护人户口所在地", facts.guardian_hukou_code),
        "address_code": ("现住址", facts.address_code),
    }
    others = [field for field in places if field != "hukou_code"]
    apart = [field for field in others if _apart(places[field][1], facts.hukou_code)]
    unknown = [
        field
        for field, (_, code) in places.items()
        if len(code) != FULL_CODE
        and (field not in apart if field in others else len(apart) < len(others))
    ]
    if unknown:
        lacking = "、".join(places[field][0] for field in unknown)
        yield rules.finding(
            "entry.two_unities",
            field=unknown[0],
            message=f"{lacking}缺 12 位区划代码，两个统一待核",
            remedy=BY_SIGNERS if facts.foreign else "选定到村、社区后自动核对",
            pending=True,
        )
    for field in apart:
        other, code = places[field]
        yield rules.finding(
            "entry.two_unities",
            field=field,
            message=f"学生户口所在地（{facts.hukou_code.ljust(FULL_CODE, '0')}）"
            f"与{other}（{code.ljust(FULL_CODE, '0')}）不一致",
            remedy=f"请核对户口簿和住址。{_exception('two_unities', rules)}",
        )


def _apart(one: str, other: str) -> bool:
    """Whether two codes, perhaps short of digits, name places that cannot be the same."""
    return bool(one and other) and not (one.startswith(other) or other.startswith(one))


@judges("entry.underage")
def underage(facts: EntryFacts, rules: Rules) -> Findings:
    """Only on entering primary school: whoever enters another grade was entered before."""
    if facts.birth_date is None or (facts.stage, facts.grade) != ("primary", 1):
        return
    day, years = cutoff(facts.entry_year, rules), rules.value("entry.age")
    months = months_old(facts.birth_date, day)
    if months < years * 12:
        old = "尚未出生" if months < 0 else f"为 {months // 12} 岁 {months % 12} 个月"
        yield rules.finding(
            "entry.underage",
            field="birth_date",
            message=f"{_day(facts.birth_date)}出生，到 {_day(day)}{old}，不足 {years} 周岁",
            remedy=_exception("underage", rules),
        )


@judges("entry.overage")
def overage(facts: EntryFacts, rules: Rules) -> Findings:
    """An adult among first-graders is a number mistyped, or needs a word."""
    if facts.birth_date is None or (facts.stage, facts.grade) != ("primary", 1):
        return
    day, years = cutoff(facts.entry_year, rules), rules.value("entry.overage")
    months = months_old(facts.birth_date, day)
    if months >= years * 12:
        old = f"为 {months // 12} 岁 {months % 12} 个月"
        yield rules.finding(
            "entry.overage",
            field="birth_date",
            message=f"{_day(facts.birth_date)}出生，到 {_day(day)}{old}，已满 {years} 周岁",
            remedy=f"请核对证件号和出生日期。确属超龄入学的，{_exception('overage', rules)}",
        )


@judges("entry.grade_age")
def grade_age(facts: EntryFacts, rules: Rules) -> Findings:
    """Whoever begins in a later grade is as old as those who began in the first one with it."""
    if facts.birth_date is None or facts.stage != "primary" or facts.grade == 1:
        return
    day, years = cutoff(facts.entry_year, rules), rules.value("entry.age")
    oldest = years + rules.value("entry.grade_age")
    months = months_old(facts.birth_date, day)
    if years * 12 <= months < oldest * 12:
        return
    wrong = f"不足 {years} 周岁" if months < years * 12 else f"已满 {oldest} 周岁"
    yield rules.finding(
        "entry.grade_age",
        field="birth_date",
        message=f"{_day(facts.birth_date)}出生，{facts.entry_year} 级入学时（{_day(day)}）{wrong}，"
        "年龄与年级不符",
        remedy=f"请核对出生日期和年级。{_exception('grade_age', rules)}",
    )


@judges("entry.papers")
def papers(facts: EntryFacts, rules: Rules) -> Findings:
    """The resident child's papers, asked for on entering a primary school."""
    if not facts.migrant and facts.stage == "primary":
        yield from _missing("entry.papers", facts, rules)


@judges("entry.migrant")
def migrant(facts: EntryFacts, rules: Rules) -> Findings:
    only_designated = rules.value("entry.migrant")["designated_only"]
    if facts.migrant and only_designated and not facts.designated_for_borrowed:
        yield rules.finding(
            "entry.migrant",
            field="migrant",
            message="流动儿童不能在本校登记：本校不是教育局指定的借读学校",
            remedy="请监护人持材料到教育局指定的学校登记借读",
        )


@judges("entry.migrant.papers")
def migrant_papers(facts: EntryFacts, rules: Rules) -> Findings:
    if facts.migrant:
        yield from _missing("entry.migrant.papers", facts, rules)


@judges("entry.register_type")
def kind_of_register(facts: EntryFacts, rules: Rules) -> Findings:
    right = register_type(migrant=facts.migrant, rules=rules)
    if facts.register_type != right:
        child = "流动儿童" if facts.migrant else "本地学生"
        wanted = "临时借读学籍" if right == "borrowed_temp" else "正式学籍"
        yield rules.finding(
            "entry.register_type",
            field="register_type",
            message=f"{child}应建{wanted}",
            remedy=f"请把学籍类别改为{wanted}，或更正是否流动儿童",
        )


@concludes("entry.ineligible")
def ineligible(facts: EntryFacts, rules: Rules, found: tuple[Finding, ...]) -> Findings:
    """Whatever blocks makes the child ineligible; a warning does not."""
    blocking = [finding.key for finding in found if finding.effect == Effect.BLOCK]
    if not blocking:
        return
    what = "、".join(rules.rule(key).title for key in dict.fromkeys(blocking))
    message, remedy = f"不符合入学条件，不得接受：{what}", "逐项改正或补齐后再提交"
    if UNSEEN.issuperset(blocking):
        message, remedy = f"尚未核验，还不能提交：{what}", "看过原件后逐项勾选，再提交"
    yield rules.finding("entry.ineligible", field="", message=message, remedy=remedy)


def _missing(key: str, facts: EntryFacts, rules: Rules) -> Findings:
    """Where the rule names who may let somebody off, a proof of why makes it a request."""
    lacking = missing(rules.value(key), facts.papers)
    if not lacking:
        return
    exception = rules.rule(key).exception
    is_asked = bool(exception) and WAIVER in facts.papers
    remedy = "看过原件后勾选"
    if is_asked:
        remedy = exception
    elif exception:
        remedy += f"。交不了的，看过证明后勾选「{named([WAIVER])}」，{exception}"
    yield rules.finding(
        key,
        field="papers",
        message="缺" + "、".join(named(group) for group in lacking),
        remedy=remedy,
        effect=Effect.WARN if is_asked else None,
    )


def _exception(name: str, rules: Rules) -> str:
    return rules.rule(f"entry.{name}").exception or "不设例外"


def _day(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
