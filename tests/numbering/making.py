"""Pupils who wait for numbers, made without the way through a case."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from numbering import queries, services
from numbering.models import (
    NumberState,
    RegisterNumber,
    Series,
    SeriesAct,
    SeriesKind,
)
from tests.world import World
from xueji.accounts.access import Acting
from xueji.cases import services as cases
from xueji.organisations.models import School, SchoolClass
from xueji.organisations.queries import Lineage, lineage
from xueji.students import services as students
from xueji.students.models import RegisterType, Status, Student

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"


def pupil(name: str, *, register_type: str = RegisterType.REGULAR) -> Student:
    """An unsaved pupil in whom only name and register type matter."""
    return Student(
        name=name,
        sex="1",
        birth_date=date(2020, 3, 17),
        nation="01",
        country="CHN",
        id_type="Z",
        hukou_kind="1",
        hukou_text="建昌营镇 军屯村",
        address_text="建昌营镇 军屯村",
        boarding="1",
        entry_mode="11",
        register_type=register_type,
    )


def entrants(
    world: World,
    names: Sequence[str],
    *,
    school: str = "清泉小学",
    class_number: int | None = 1,
    register_type: str = RegisterType.REGULAR,
) -> list[Student]:
    """Pupils 在读 in a class (or none yet) of the cohort of 2026, in the order of ``names``."""
    where = world.schools[school]
    new = [pupil(name, register_type=register_type) for name in names]
    for student in new:
        students.derive(student)
    rows = Student.objects.bulk_create(new)
    for student in rows:
        student.status = Status.ENROLLED
    placed = place_of(where, class_number)
    acting = world.acting("clerk")
    students.place(dict.fromkeys(rows, placed), acting=acting, reason="新生入学", also=("status",))
    return rows


def place_of(school: School, class_number: int | None) -> students.Place:
    stage = school.stages.get()
    return students.Place(
        school=school,
        school_class=class_number
        and SchoolClass.objects.get(school=school, entry_year=2026, number=class_number),
        stage=stage.stage,
        entry_year=2026,
        grade=stage.first_grade,
        starts=date(2026, 9, 1),
        case_id=None,
    )


def names(count: int, start: int = 0) -> list[str]:
    """``count`` names, all different."""
    return [f"{SURNAMES[n % 16]}{n:03d}" for n in range(start, start + count)]


def key(kind: str = SeriesKind.REGISTER, stage: str = "primary", entry_year: int = 2026) -> dict:
    return {"stage": stage, "entry_year": entry_year, "kind": kind}


def line(world: World, school: str = "清泉小学") -> Lineage:
    return lineage(world.schools[school].pk)


def token(world: World, school: str = "清泉小学", **more) -> str:
    """The token of the preview that the allocator sees now."""
    today = world.acting("centre").today
    return queries.preview(lineage=line(world, school), on=today, **key(**more)).token


def issue(
    world: World, school: str = "清泉小学", who: str = "centre", **more
) -> list[RegisterNumber]:
    """Issue what the preview shows now, as an allocator does."""
    return services.issue(
        acting=world.acting(who),
        lineage=line(world, school),
        token=token(world, school, **more),
        **key(**more),
    )


@transaction.atomic
def append(world: World, student: Student, *, school: str = "清泉小学", who: str = "centre"):
    """Number one pupil inside a transaction that has locked it, as a placement would."""
    locked = students.lock([student.pk])[student.pk]
    (row,) = services.allocate(
        acting=world.acting(who), lineage=line(world, school), students=[locked], **key()
    )
    return row


@transaction.atomic
def void(world: World, *rows: RegisterNumber) -> None:
    """Make holes of live numbers, explained, as undoing their entries would."""
    case = cases.open_draft(
        kind="enrollment", school=world.schools["清泉小学"], acting=world.acting("clerk"), values={}
    )
    for row in rows:
        RegisterNumber.objects.filter(pk=row.pk).update(
            state=NumberState.VOID,
            ends=world.acting("clerk").today,
            reason="未报到",
            ended_case=case,
        )
        Student.objects.filter(pk=row.holder_id).update(number=None)
        locked = students.lock([row.holder_id]).values()
        for student in locked:
            student.status = Status.PENDING
        acting = world.acting("clerk")
        students.leave(locked, on=acting.today, acting=acting, reason="未报到", also=["status"])


def move(student: Student, school: School, *, acting: Acting) -> None:
    """Put a pupil into a class of another school, as a transfer would."""
    student.status = Status.TRANSFERRED
    students.leave([student], on=acting.today, acting=acting, reason="转学", also=["status"])
    student.status = Status.ENROLLED
    places = {student: place_of(school, 1)}
    students.place(places, acting=acting, reason="转学", also=["status"])


def series(world: World, school: str = "清泉小学", **more) -> Series:
    return queries.find_series(school_id=world.schools[school].pk, **key(**more))


def freeze(world: World, school: str = "清泉小学", who: str = "centre", **more):
    """Freeze a series as its proof is now."""
    return services.freeze(**_act(world, school, who), token=digest(world, school), **more)


def confirm(world: World, school: str = "清泉小学", who: str = "county"):
    return services.confirm(**_act(world, school, who), token=digest(world, school))


def reopen(world: World, school: str = "清泉小学", who: str = "centre", reason: str = "补空号"):
    return services.reopen(**_act(world, school, who), reason=reason)


def renumber(world: World, who: str = "centre"):
    """Re-number as the plan is now."""
    return services.renumber(
        **_act(world, "清泉小学", who), token=queries.plan(series(world)).token
    )


def digest(world: World, school: str = "清泉小学") -> str:
    return queries.proof(series(world, school)).digest


def _act(world: World, school: str, who: str) -> dict:
    return {"acting": world.acting(who), "lineage": line(world, school), "cohort": key()}


def kinds() -> list[str]:
    return list(SeriesAct.objects.order_by("pk").values_list("kind", flat=True))


def holed(world, count: int, *holes: int) -> list[RegisterNumber]:
    """0001 to ``count`` of 清泉小学, of which some serials are holes."""
    entrants(world, names(count))
    rows = issue(world)
    void(world, *(rows[serial - 1] for serial in holes))
    return rows
