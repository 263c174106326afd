"""What an order does to the tree, the pupils, their cases and the ledger; set-based, in batches.

A pupil who counts and changes school, or whose monthly report changes hands, has two events: out
of the former unit and into the new one, so that both months balance. Everybody else has one.
"""

from collections.abc import Iterable

from django.db.models import F, Max

from xueji.accounts import services as accounts
from xueji.accounts.access import OFFICER_AT_LEVEL, Acting
from xueji.accounts.models import Post
from xueji.audit import history
from xueji.cases import queries as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import ALIVE, Case, State, Step
from xueji.establishment import queries
from xueji.establishment.models import Order
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind
from xueji.ledger.services import Fact
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
from xueji.students.models import Placement, PlacementKind, RegisterType, Status, Student

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
    _require_none(stay, "涉及另一所学校" if goes else "没有办结")
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
        change = 0 if same else _counts(pupil)
        if change:
            facts.append(_fact(order, pupil, before, -change, name))
        facts.append(_fact(order, pupil, after, change, name))
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
    classes = _take_classes(school, after.school, order)
    homes = _close_placements(school, order, acting)
    text = _reason(order)
    names = {row.pk: str(row) for row in school.classes.all()}
    facts, places = [], {}
    for pupil in pupils:
        home, row = homes[pupil.pk], classes.get(pupil.school_class_id)
        change, name = _counts(pupil), names.get(pupil.school_class_id, "")
        if change:
            facts.append(_fact(order, pupil, before, -change, name, home))
        facts.append(_fact(order, pupil, after, change, str(row or ""), home))
        places[pupil] = students.Place(
            school=after.school,
            school_class=row,
            stage=pupil.stage,
            entry_year=pupil.entry_year,
            grade=pupil.grade,
            starts=home.ends,
            case_id=None,
        )
    students.place(places, acting=acting, reason=text)
    ledger.write(facts, acting=acting)
    taken = _take_catchment(school, after.school)
    changes = _shut(school, order, acting)
    _require_nothing_open(school)
    changes += [
        ("学生", "", f"{len(pupils)} 名转到{into.name}"),
        ("班级", "", "、".join(f"{names[old]}→{new}" for old, new in classes.items())[:300]),
        ("服务范围", "、".join(taken)[:300], f"并入{into.name}" if taken else ""),
    ]
    return len(pupils), [change for change in changes if change[1] != change[2]]


def close(*, order: Order, school: School, into: None, acting: Acting) -> tuple[int, Changes]:
    """Close a school that has no pupils any more."""
    _lock_cases(school)
    _require_nothing_open(school)
    if count := queries.pupils(school).count():
        raise Refused(
            f"「{order.school_name}」还有 {count} 名学生的学籍，没有撤销。"
            "请先办转学；整校去另一所学校的，登记“并入”，学生随文件过去。"
        )
    changes = _shut(school, order, acting)
    _require_nothing_open(school)
    return 0, changes


def _lock_cases(school: School) -> dict[int, Case]:
    """Hold everything of the school that somebody might sign or submit."""
    own = Case.objects.filter(school=school, state=State.DRAFT).values_list("pk", flat=True)
    found = queries.open_cases(school).values_list("pk", flat=True)
    return cases.lock([*own, *found])


def _lock_pupils(school: School) -> list[Student]:
    ids = queries.pupils(school).values_list("pk", flat=True)
    return list(students.lock(ids).values())


def _require_nothing_open(school: School) -> None:
    _require_none(queries.open_cases(school), "没有办结")
    if count := queries.borrowed(school).count():
        raise Refused(f"还有 {count} 名学生在本校借读，没有执行。请先办结借读，再执行。")


def _require_none(rows: Iterable[Case], why: str) -> None:
    found = list(rows)
    if not found:
        return
    numbers = "、".join(case.number for case in found[:LISTED])
    more = " 等" if len(found) > LISTED else ""
    raise Refused(
        f"还有 {len(found)} 件业务{why}：{numbers}{more}，没有执行。"
        "请轮到的岗位办结，经手的撤回，或由教育局写明原因关闭；办完以后再执行。"
    )


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


def _counts(pupil: Student) -> int:
    """Whether the pupil is 在读: REGULAR and enrolled."""
    return int(pupil.status == Status.ENROLLED and pupil.register_type == RegisterType.REGULAR)


def _reason(order: Order) -> str:
    return f"建制调整：{order.number}"


def _fact(
    order: Order,
    pupil: Student,
    where: Lineage,
    change: int,
    class_name: str,
    home: Placement | None = None,
) -> Fact:
    """One side of a pupil's reassignment, on the day of the order or of a later entry."""
    return Fact(
        kind=EventKind.REASSIGNED,
        student=pupil,
        lineage=where,
        effective_on=home.ends if home else order.effective_on,
        change=change,
        stage=pupil.stage,
        grade=pupil.grade,
        class_name=class_name,
        text=_said(order),
    )


def _said(order: Order) -> str:
    way = f"并入{order.into_name}" if order.into_id and order.kind == "merge" else ""
    return f"{_reason(order)}，{way or f'{order.from_name}→{order.into_name}'}"[:200]


def _take_classes(school: School, into: School, order: Order) -> dict[int, SchoolClass]:
    """A class at the new school for each open one, under the next free numbers of its cohort."""
    rows = list(school.classes.filter(closed_on=None).order_by("stage", "entry_year", "number"))
    last = {
        (stage, year): number
        for stage, year, number in into.classes.values_list("stage", "entry_year").annotate(
            Max("number")
        )
    }
    made: dict[int, SchoolClass] = {}
    for row in rows:
        cohort = (row.stage, row.entry_year)
        last[cohort] = last.get(cohort, 0) + 1
        made[row.pk] = SchoolClass(
            school=into,
            stage=row.stage,
            entry_year=row.entry_year,
            number=last[cohort],
            grade=row.grade,
            capacity=row.capacity,
            teacher_id=row.teacher_id,
        )
    SchoolClass.objects.bulk_create(made.values())
    school.classes.filter(closed_on=None).update(closed_on=order.effective_on)
    return made


def _close_placements(school: School, order: Order, acting: Acting) -> dict[int, Placement]:
    """End the open home placements on the day of the order, none before it began."""
    homes = list(
        Placement.objects.select_for_update(of=("self",))
        .filter(school=school, kind=PlacementKind.HOME, ends__isnull=True)
        .order_by("pk")
    )
    for home in homes:
        home.ends = max(order.effective_on, home.starts)
    history.update(homes, fields=["ends"], acting=acting, reason=_reason(order))
    return {home.student_id: home for home in homes}


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
    posts = list(Post.objects.filter(organisation=office, ends__isnull=True).order_by("pk"))
    for post in posts:
        accounts.end(post=post, on=acting.today, ended_by=acting.post)
    return [
        ("撤销日期", "", order.effective_on.isoformat()),
        ("岗位", f"{len(posts)} 个在用" if posts else "", "同时停用" if posts else ""),
    ]
