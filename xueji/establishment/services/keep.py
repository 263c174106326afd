"""Changing what is known of an office: facts, stages, catchment, 入网. Each act is recorded."""

from collections.abc import Collection, Mapping, Sequence

from django.db import transaction

from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.establishment import rules
from xueji.establishment.models import ActKind
from xueji.establishment.rules import StageFacts
from xueji.establishment.services.add import taken
from xueji.establishment.services.common import (
    Unchanged,
    Unfit,
    compare,
    county_of,
    keep,
    lock_identifiers,
    of_reason,
    office_of,
    require_latest,
    school_of,
)
from xueji.identity.problems import Problem
from xueji.organisations.divisions import initials
from xueji.organisations.models import (
    Area,
    Catchment,
    Division,
    Level,
    Organisation,
    School,
    SchoolClass,
    SchoolKind,
    Stage,
    StageName,
)
from xueji.students.models import Student

YES = {True: "是", False: "否"}
MOST_PLACES = 200  # villages and communities of one school


def facts_of(office: Organisation, school: School | None) -> dict[str, str]:
    """The facts that the county may change, in words."""
    if school is None:
        return {"name": office.name, "division_code": office.division_code}
    return {
        "name": office.name,
        "code": school.code,
        "identifier": school.identifier,
        "kind": SchoolKind(school.kind).label,
        "area": Area(school.area).label,
        "designated_for_borrowed": YES[school.designated_for_borrowed],
    }


@transaction.atomic
def edit_facts(
    *, organisation_id: int, seen: int, values: Mapping[str, object], reason: str, acting: Acting
) -> Organisation:
    """Change facts of a centre or school; ``values`` has what the form asked for.

    Raises PermissionDenied, Outdated, Unfit and Unchanged.
    """
    county = county_of(acting)
    office = office_of(county, organisation_id)
    school = School.objects.filter(pk=office.pk).first()
    require_latest(office.pk, seen)
    before = facts_of(office, school)
    for name, value in values.items():
        setattr(office if name in ("name", "division_code") else school, name, value)
    changes = compare(before, facts_of(office, school))
    if not changes:
        raise Unchanged
    problems = [*_unfit(county, office, school, before), *of_reason(reason)]
    if problems:
        raise Unfit(problems)
    office.initials = initials(office.name)
    office.save(update_fields=["name", "initials", "division_code"])
    if school:
        school.save(update_fields=["code", "identifier", "kind", "area", "designated_for_borrowed"])
    keep(office, ActKind.FACTS, acting=acting, changes=changes, reason=reason)
    return office


def _unfit(
    county: Organisation, office: Organisation, school: School | None, before: Mapping[str, str]
) -> list[Problem]:
    """Only what was changed is judged."""
    problems: list[Problem] = []
    if office.name != before["name"]:
        problems += rules.of_name(office.name)
        if Organisation.objects.filter(parent=office.parent_id, name=office.name).exists():
            message = "同一上级之下已有机构叫这个名称。"
            problems.append(Problem("taken", message, "请填全称以示区别。", field="name"))
    if school is None:
        if office.division_code != before["division_code"]:
            problems += rules.of_division(office.division_code, county.division_code)
        return problems
    if school.identifier != before["identifier"]:
        lock_identifiers()
    known = taken(county, [school.identifier])
    if school.code != before["code"]:
        problems += _fixed(school, "code") or rules.of_code(school.code, known)
    if school.identifier != before["identifier"]:
        fixed = _fixed(school, "identifier")
        problems += fixed or rules.of_identifier(school.identifier, known)
    if Area(school.area).label != before["area"]:
        problems += _of_area(office, school)
    return problems


def _fixed(school: School, field: str) -> list[Problem]:
    """Codes stand in numbers and reports: once a school works, they stay."""
    if school.connected_on is None:
        return []
    label = {"code": "学校代码", "identifier": "学校标识码"}[field]
    return [
        Problem(
            "fixed",
            f"学校已经入网，{label}不能再改：它在学籍号和上报的数据里。",
            "确要换代码的：另设新校，核准入网，再登记并入。",
            field=field,
        )
    ]


def _of_area(office: Organisation, school: School) -> list[Problem]:
    parent_is_centre = Organisation.objects.filter(pk=office.parent_id, level=Level.CENTRE).exists()
    if school.area == Area.URBAN and parent_is_centre:
        return [
            Problem(
                "area",
                "学校在中心校之下，是乡镇学校（QIANAN-1.1）。",
                "改由教育局直接管理的，请登记建制调整，写明文号。",
                field="area",
            )
        ]
    if Student.objects.filter(school=school).exists():
        return [
            Problem(
                "area",
                "学校有学生，城乡一改，学籍主管部门和月报单位就可能变。",
                "请登记建制调整，由系统把学生的学籍一并调整。",
                field="area",
            )
        ]
    return []


@transaction.atomic
def set_stages(
    *, school_id: int, seen: int, stages: Sequence[StageFacts], reason: str, acting: Acting
) -> School:
    """Say which stages a school teaches, and which grades; classes and pupils must still fit.

    Raises PermissionDenied, Outdated, Unfit and Unchanged.
    """
    county = county_of(acting)
    school = school_of(county, school_id)
    require_latest(school.pk, seen)
    rows = {row.stage: row for row in school.stages.select_for_update().order_by("pk")}
    wanted = {one.stage: one for one in stages}
    before = {
        stage: str(StageFacts(stage, row.first_grade, row.years)) for stage, row in rows.items()
    }
    changes = compare(
        before, {stage: str(one) for stage, one in wanted.items()}, dict(StageName.choices)
    )
    if not changes:
        raise Unchanged
    problems = [*rules.of_stages(list(stages)), *_in_use(school, wanted), *of_reason(reason)]
    if problems:
        raise Unfit(problems)
    Stage.objects.filter(pk__in=[r.pk for s, r in rows.items() if s not in wanted]).delete()
    for stage, one in wanted.items():
        row = rows.get(stage) or Stage(school=school, stage=stage)
        row.first_grade, row.years = one.first, one.years
        row.save()
    keep(school.organisation, ActKind.STAGES, acting=acting, changes=changes, reason=reason)
    return school


def _in_use(school: School, wanted: Mapping[str, StageFacts]) -> list[Problem]:
    used = set(
        SchoolClass.objects.filter(school=school, closed_on=None).values_list("stage", "grade")
    ) | set(Student.objects.filter(school=school).values_list("stage", "grade").distinct())
    left = sorted(
        (grade, stage)
        for stage, grade in used
        if stage not in wanted or grade not in wanted[stage].grades
    )
    if not left:
        return []
    words = "、".join(f"{StageName(stage).label} {grade} 年级" for grade, stage in left)
    return [
        Problem(
            "in_use",
            f"{words}还有班级或学生，不能去掉。",
            "请先办结这些学生的去向并撤班；整校并走的，请登记建制调整。",
            field="stages",
        )
    ]


@transaction.atomic
def change_catchment(
    *, school_id: int, add: Collection[str], remove: Collection[int], reason: str, acting: Acting
) -> list[tuple[str, str, str]]:
    """Add places by their codes, take others out; return what changed.

    Raises PermissionDenied, Unfit and Unchanged.
    """
    county = county_of(acting)
    school = school_of(county, school_id)
    present = {row.pk: row for row in school.catchments.select_for_update().order_by("pk")}
    gone = [present[pk] for pk in sorted(remove) if pk in present]
    known = {row.code for row in present.values()}
    places = {place.pk: place for place in Division.objects.filter(pk__in=set(add))}
    problems = [
        Problem(
            "place", why, "请从列出的里选一个，或写全名，如：建昌营镇 军屯村。", field="place_text"
        )
        for code in add
        if (why := _why_no_place(code, places.get(code), known))
    ]
    if len(present) - len(gone) + len(add) > MOST_PLACES:
        message = f"一所学校最多登记 {MOST_PLACES} 个村、社区。"
        problems.append(Problem("many", message, "请核对服务范围。", field="place_text"))
    if problems:
        raise Unfit(problems)
    if not gone and not add:
        raise Unchanged
    Catchment.objects.filter(pk__in=[row.pk for row in gone]).delete()
    Catchment.objects.bulk_create(
        Catchment(school=school, code=code, name=places[code].name) for code in add
    )
    changes = [("移出", row.name, "") for row in gone]
    changes += [("划入", "", places[code].full_name) for code in add]
    keep(school.organisation, ActKind.CATCHMENT, acting=acting, changes=changes, reason=reason)
    return changes


def _why_no_place(code: str, place: Division | None, known: Collection[str]) -> str:
    if place is None:
        return "没有选到村或社区。"
    if place.level != "village":
        return f"「{place.full_name}」不是村或社区，服务范围要写到村、社区。"
    return f"「{place.full_name}」已在本校的服务范围里。" if code in known else ""


@transaction.atomic
def connect(*, school_id: int, acting: Acting) -> School:
    """入网: from today on the school works (NATTRIAL-6). Raises PermissionDenied, Refused."""
    county = county_of(acting)
    school = school_of(county, school_id)
    if school.connected_on:
        raise Refused(f"该校已于 {school.connected_on} 入网，没有再办一次。")
    if school.organisation.closed_on:
        raise Refused(f"该校已于 {school.organisation.closed_on} 撤销，不能入网。")
    if not school.stages.exists():
        raise Refused("还没有登记学段，入网以后编不了班。请先登记学段。")
    school.connected_on, school.connected_by = acting.today, acting.post
    school.save(update_fields=["connected_on", "connected_by"])
    changes = [("入网日期", "", acting.today.isoformat())]
    keep(school.organisation, ActKind.CONNECTED, acting=acting, changes=changes)
    return school
