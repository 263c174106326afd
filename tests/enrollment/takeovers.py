"""Workbooks of existing pupils, and the way of a takeover through its two people."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import uuid4

from enrollment.excel.takeover.columns import typed
from enrollment.models import Takeover
from enrollment.services.takeover import keeping, undo
from tests import pupils
from tests.enrollment import workbooks
from tests.strangers import strangers
from tests.world import World

PREFIX = "0226240170"  # 清泉小学, entered 2024: in the third grade now
AS_ON = date(2026, 9, 2)
SURNAMES = "王李张刘陈杨黄赵吴周"
NAMES = "梓涵 雨桐 浩然 子墨 一诺 若曦 宇轩 欣怡 俊杰 诗涵".split()


def line(serial: int | None, **changes: str) -> dict[str, str]:
    """An existing pupil of the third grade in whom nothing is wrong."""
    number = f"{PREFIX}{serial:04d}" if serial else ""
    return {
        **pupils.row(name=_name(serial or 0), m1_guardian="是"),
        "grade": "三年级",
        "school_class": "三（1）班",
        "number": number,
        "entered_on": "2024-09",
        **changes,
    }


def _name(serial: int) -> str:
    return f"{SURNAMES[serial // 10 % 10]}{NAMES[serial % 10]}"


def many(count: int, *, after: int) -> list[dict[str, str]]:
    """So many existing pupils in whom nothing is wrong and who are like nobody else of them."""
    return [
        line(serial, name=name, id_number=number, m1_phone=pupils.phone(serial))
        for serial, (name, number) in enumerate(strangers(count, after=after), start=after + 1)
    ]


def workbook(lines: Iterable[Mapping[str, object]]) -> bytes:
    return workbooks.sheet([(column.key, column.label) for column in typed()], lines)


def opened(world: World, school: str = "清泉小学", *, as_on: date = AS_ON) -> Takeover:
    return keeping.open_for(
        school=world.schools[school], as_on=as_on, basis="建库通知", acting=world.acting("county")
    )


def again(takeover: Takeover) -> Takeover:
    return Takeover.objects.select_related("job", "marked").get(pk=takeover.pk)


def checked(
    world: World, lines: Iterable[Mapping[str, object]], takeover: Takeover | None = None
) -> Takeover:
    """An uploaded workbook whose check is done."""
    takeover = takeover or opened(world)
    keeping.take(
        takeover_id=takeover.pk,
        name="在校学生.xlsx",
        data=workbook(lines),
        is_xls=False,
        key=uuid4(),
        acting=world.acting("county"),
    )
    workbooks.run(again(takeover).job)
    return again(takeover)


def confirmed(world: World, takeover: Takeover) -> Takeover:
    """Confirmed by the second person; its job waits."""
    keeping.confirm(takeover_id=takeover.pk, key=uuid4(), acting=world.acting("county-head"))
    return again(takeover)


def stored(world: World, takeover: Takeover) -> Takeover:
    """The takeover confirmed by the second person, and what its job made of it."""
    workbooks.run(confirmed(world, takeover).job)
    return again(takeover)


def taken_over(world: World, lines: Iterable[Mapping[str, object]]) -> Takeover:
    return stored(world, checked(world, lines))


def undone(world: World, takeover: Takeover) -> Takeover:
    undo.ask(takeover_id=takeover.pk, note="表拿错了", key=uuid4(), acting=world.acting("county"))
    workbooks.run(again(takeover).job)
    return again(takeover)
