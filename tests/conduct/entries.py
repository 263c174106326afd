"""What is typed of a reward and of a sanction, and the acts of the pupil's school."""

import io
from datetime import date

from django.db import transaction

from tests.documents import scans
from tests.world import NOON, World
from xueji.conduct import services
from xueji.conduct.models import Conduct
from xueji.conduct.rules import Entry, Revocation
from xueji.students import services as students
from xueji.students.models import Student

DAY = date(2026, 9, 1)


def reward(**changes) -> Entry:
    said = {
        "kind": "reward",
        "level": "县级",
        "name": "三好学生",
        "text": "2025—2026 学年度",
        "unit": "迁安市教育局",
        "paper_number": "迁教〔2026〕9 号",
        "given_on": DAY,
    }
    return Entry(**{**said, **changes})


def sanction(**changes) -> Entry:
    said = {"kind": "sanction", "level": "校级", "name": "警告", "text": "", "unit": "清泉小学"}
    return reward(**{**said, "paper_number": "", **changes})


def scan(data: bytes | None = None) -> io.BytesIO:
    return io.BytesIO(scans.jpeg() if data is None else data)


def lock(student: Student) -> Student:
    return students.lock([student.pk])[student.pk]


def record(
    world: World, student: Student, entry: Entry, who: str = "clerk", *, at=NOON, data=scan
) -> Conduct:
    with transaction.atomic():
        return services.record(
            student=lock(student),
            entry=entry,
            file_name="决定.jpg",
            data=data() if data else None,
            acting=world.acting(who, at=at),
        )


def revoke(
    world: World, student: Student, row: Conduct, on: date = DAY, who: str = "clerk", *, at=NOON
) -> Conduct:
    return services.revoke(
        student=lock(student),
        pk=row.pk,
        said=Revocation(on=on, paper_number="校撤〔2026〕1 号"),
        file_name="撤销.jpg",
        data=scan(),
        acting=world.acting(who, at=at),
    )


def undo(world: World, student: Student, row: Conduct, who: str = "clerk", reason="日期写错"):
    acting = world.acting(who)
    return services.undo(student=lock(student), pk=row.pk, reason=reason, acting=acting)
