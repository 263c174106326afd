"""What an order does to the tree, the pupils, their cases and the ledger; set-based, in batches."""

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import F

from xueji.accounts import posts
from xueji.accounts.access import OFFICER_AT_LEVEL, Acting, not_over
from xueji.accounts.models import Post
from xueji.cases import queries as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import ALIVE, Case, State, Step
from xueji.establishment import queries
from xueji.establishment.models import Order
from xueji.establishment.services.common import BUSY
from xueji.establishment.services.onward import counts, fact, go_on, take_classes
from xueji.ledger import services as ledger
from xueji.organisations.models import (
    Area,
    Catchment,
    Level,
    Organisation,
    School,
    SchoolClass,
    label,
)
from xueji.organisations.queries import Lineage, lineage
from xueji.rules.engine import rule_set
from xueji.students import services as students
from xueji.students.models import Student

Changes = list[tuple[str, str, str]]
LISTED = 3  # case numbers in a refusal


def move(
    *, order: Order, school: School, into: Organisation, acting: Acting
) -> tuple[int, Changes]:
    """Hang the school below another office; pupils, placements and cases follow by their keys."""
    before = lineage(school.pk)
    held = _lock_cases(school)
    goes = rule_set(before.rule_set).at(acting.today).value("order.cases_go_along")
    stay = queries.entangled(school) if goes else queries.open_cases(school)
    _refuse(_unfinished(stay, "涉及另一所学校" if goes else "没有办结"))
    pupils = _lock_pupils(school)
    office, area = school.organisation, school.get_area_display()
    office.parent, office.path = into, into.path + label(office.pk)
    office.save(update_fields=["parent", "path"])
    school.area = Area.TOWNSHIP if into.level == Level.CENTRE else Area.URBAN
    school.save(update_fields=["area"])
    after = lineage(school.pk)
    _redirect(held, before, after)
    classes = {row.pk: str(row) for row in school.classes.all()}
    facts = []
    for pupil in pupils:
        name = classes.get(pupil.school_class_id, "")
        same = before.monthly_unit(pupil.stage) == after.monthly_unit(pupil.stage)
        change = 0 if same else counts(pupil)
        if change:
            facts.append(fact(order, pupil, before, -change, name))
        facts.append(fact(order, pupil, after, change, name))
    ledger.write(facts, acting=acting)
    changes = [
        ("隶属", order.from_name, into.name),
        ("城乡", area, school.get_area_display()),
        ("学生", "", f"{len(pupils)} 名随学校调整"),
    ]
    return len(pupils), [change for change in changes if change[1] != change[2]]


def merge(
    *, order: Order, school: School, into: Organisation, acting: Acting
) -> tuple[int, Changes]:
    """Let pupils and classes go on at another school, and close this one."""
    before, after = lineage(school.pk), lineage(into.pk)
    _lock_cases(school)
    _require_nothing_open(school)
    pupils = _lock_pupils(school)
    classes = take_classes(school.classes.filter(closed_on=None), after.school, order)
    go_on(pupils, classes, before=before, after=after, order=order, acting=acting)
    taken = _take_catchment(school, after.school)
    changes = _shut(school, order, acting)
    _require_nothing_open(school)
    changes += [
        ("学生", "", f"{len(pupils)} 名转到{into.name}"),
        ("班级", "", "、".join(f"{old}→{new}" for old, new in classes.items())[:300]),
        ("服务范围", "、".join(taken)[:300], f"并入{into.name}" if taken else ""),
    ]
    return len(pupils), [change for change in changes if change[1] != change[2]]


def hand_over(
    *, order: Order, school: School, into: Organisation, acting: Acting
) -> tuple[int, Changes]:
    """Let one class and its pupils go on at another school; everything else stays.

    The class is locked after its pupils, as by whoever puts pupils into it.
    """
    before, after = lineage(school.pk), lineage(into.pk)
    cases.lock(queries.open_cases(school, order.school_class).values_list("pk", flat=True))
    pupils = _lock_pupils(school, order.school_class)
    row = SchoolClass.objects.select_for_update().get(pk=order.school_class_id)
    if {pupil.pk for pupil in pupils} != set(_ids(school, row)):
        raise Refused(BUSY)
    _require_nothing_open(school, row)
    made = take_classes([row], after.school, order)
    go_on(pupils, made, before=before, after=after, order=order, acting=acting)
    return len(pupils), [
        ("班级", order.class_name, f"划转到{into.name}，编为{made[row]}"),
        ("学生", "", f"{len(pupils)} 名随班划转"),
    ]


def close(*, order: Order, school: School, into: None, acting: Acting) -> tuple[int, Changes]:
    """Close a school that has no pupils any more."""
    _lock_cases(school)
    _refuse([*_open(school), *_registers(order, school)])
    changes = _shut(school, order, acting)
    _require_nothing_open(school)
    return 0, changes


def _lock_cases(school: School) -> dict[int, Case]:
    """Hold everything of the school that somebody might sign or submit."""
    own = Case.objects.filter(school=school, state=State.DRAFT).values_list("pk", flat=True)
    found = queries.open_cases(school).values_list("pk", flat=True)
    return cases.lock([*own, *found])


def _lock_pupils(school: School, row: SchoolClass | None = None) -> list[Student]:
    return list(students.lock(_ids(school, row)).values())


def _ids(school: School, row: SchoolClass | None) -> list[int]:
    return list(queries.pupils(school, row).values_list("pk", flat=True))


def _require_nothing_open(school: School, row: SchoolClass | None = None) -> None:
    _refuse(_open(school, row))


def _refuse(found: Iterable[str]) -> None:
    """Raise Refused with everything that stands in the way."""
    if told := "".join(found):
        raise Refused(told)


def _registers(order: Order, school: School) -> Iterator[str]:
    if count := queries.pupils(school).count():
        yield (
            f"「{order.school_name}」还有 {count} 名学生的学籍，没有撤销。"
            "请先办转学；整校去另一所学校的，登记“并入”，学生随文件过去。"
        )


def _open(school: School, row: SchoolClass | None = None) -> Iterator[str]:
    yield from _unfinished(queries.open_cases(school, row), "没有办结")
    guests = list(queries.borrowed(school, row).select_related("case"))
    if not guests:
        return
    known = [place.case.number for place in guests if place.case]
    numbers = f"（{_listed(known)}）" if known else ""
    where = f"在{row}借读，或由该班借出" if row else "在本校借读"
    yield f"还有 {len(guests)} 名学生{where}{numbers}，没有执行。请先办结借读，再执行。"


def _unfinished(rows: Iterable[Case], why: str) -> Iterator[str]:
    if found := list(rows):
        yield (
            f"还有 {len(found)} 件业务{why}：{_listed([case.number for case in found])}，没有执行。"
            "请轮到的岗位办结，经手的撤回，或由教育局写明原因关闭；办完以后再执行。"
        )


def _listed(numbers: Sequence[str]) -> str:
    return "、".join(numbers[:LISTED]) + (" 等" if len(numbers) > LISTED else "")


def _redirect(held: dict[int, Case], before: Lineage, after: Lineage) -> None:
    """Unsigned steps at the former centre go to whoever is over the school now."""
    former = before.at(Level.CENTRE)
    if former is None:
        return
    office = after.at(Level.CENTRE) or after.county
    moving = [case for case in held.values() if case.state in ALIVE]
    role = {"organisation": office, "role": OFFICER_AT_LEVEL[Level(office.level)]}
    steps = Step.objects.filter(case__in=moving, organisation=former)
    changed = set(steps.filter(decision__isnull=True).values_list("case", flat=True))
    steps.filter(decision__isnull=True).update(**role)
    rows = Case.objects.filter(pk__in=changed)
    rows.filter(waiting_at=former).update(waiting_at=office, waiting_role=role["role"])
    rows.update(version=F("version") + 1)


def _take_catchment(school: School, into: School) -> list[str]:
    known = set(into.catchments.values_list("code", flat=True))
    rows = list(school.catchments.order_by("code"))
    Catchment.objects.bulk_create(
        Catchment(school=into, code=row.code, name=row.name)
        for row in rows
        if row.code not in known
    )
    Catchment.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return [row.name for row in rows]


def _shut(school: School, order: Order, acting: Acting) -> Changes:
    """Nothing is done at the school any more: closed, its posts ended, its series refused.

    Whoever is submitting a case there is waited for; the caller then looks again.
    """
    office = Organisation.objects.select_for_update(of=("self",)).get(pk=school.pk)
    office.closed_on = order.effective_on
    office.save(update_fields=["closed_on"])
    school.classes.filter(closed_on=None).update(closed_on=order.effective_on)
    in_use = not_over(Post.objects.filter(organisation=office), on=acting.today).order_by("pk")
    held = list(in_use.select_related("organisation", "user__home"))
    for post in held:
        posts.close(post, on=acting.today, acting=acting)
    shut = [("撤销日期", "", order.effective_on.isoformat())]
    return [*shut, ("岗位", f"{len(held)} 个在用", "同时停用")] if held else shut
