"""What the demo shows of pupils beyond their entry, act by act through the services the pages use.

At the school of ``clerk``: a photograph, rewards, a family of nine, lessons at home, pupils taken
without transfer formalities; at that of ``junior``: a sanction, and one that was revoked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from django.db.models import Count, F

from enrollment.demo import calendar
from enrollment.demo.accounts import Staff
from enrollment.demo.documents import phone
from enrollment.demo.organisations import SPECIAL, Campus
from enrollment.demo.pictures import portrait, scan
from enrollment.services import admission, attendance
from xueji.accounts.access import Acting
from xueji.accounts.models import Role
from xueji.conduct import services as conduct
from xueji.conduct.models import Kind
from xueji.conduct.rules import Entry, Revocation
from xueji.organisations.models import SchoolClass
from xueji.students import photos
from xueji.students import services as students
from xueji.students.models import RegisterType, Status, Student

Deed = Callable[[datetime], None]
RELATIVES = (
    ("61", "王德山", "退休", "原村小学教师"),
    ("62", "刘桂珍", "务农", ""),
    ("63", "孙宝林", "迁安市九江线材有限责任公司", "班组长"),
    ("64", "赵素云", "务农", ""),
    ("71", "王子轩", "唐山师范学院", "学生"),
    ("75", "王雨桐", "迁安市人民医院", "护士"),
    ("97", "欧阳靖文", "建昌营镇卫生院", "医生"),
)


@dataclass
class Guest:
    """A pupil on the way into a school without transfer formalities."""

    campus: Campus
    case: int = 0


@dataclass
class Beyond:
    """All that is done, each with its time; ``sign`` lets the post of a step agree."""

    staff: Staff
    today: date
    sign: Callable[[Guest, int, datetime], None]

    def deeds(self, campuses: Sequence[Campus]) -> Iterator[tuple[datetime, Deed]]:
        by_account = {campus.known_as: campus for campus in campuses if campus.known_as}
        own, junior = by_account["clerk"], by_account["junior"]
        near = own.lineage.county
        special = [c for c in campuses if c.form is SPECIAL and c.lineage.county == near][:1]
        yield from self._at_school(own)
        yield from self._sanctions(junior)
        for other in special:
            yield from self._taken(own, other)

    def _at_school(self, own: Campus) -> Iterator[tuple[datetime, Deed]]:
        yield self._at(22, 9), partial(self._portrait, own, 3)
        yield self._at(22, 10), partial(self._reward, own, 3, "三好学生", "县级")
        yield self._at(21, 10), partial(self._reward, own, 3, "文体比赛获奖", "乡镇级")
        yield self._at(20, 10), partial(self._reward, own, 5, "优秀少先队员", "校级")
        yield self._at(19, 15), partial(self._family, own, 4)
        yield self._at(18, 9), partial(self._disabled, own, 6)
        yield self._at(18, 10), partial(self._home_taught, own, 6)

    def _sanctions(self, junior: Campus) -> Iterator[tuple[datetime, Deed]]:
        yield self._at(26, 10), partial(self._sanction, junior, 8, "警告")
        yield self._at(12, 10), partial(self._revoke, junior, 8)
        yield self._at(9, 10), partial(self._sanction, junior, 9, "严重警告")

    def _taken(self, own: Campus, special: Campus) -> Iterator[tuple[datetime, Deed]]:
        """One came and one went, and one more is on the way."""
        came, coming, went = Guest(own), Guest(own), Guest(special)
        yield self._at(17, 9), partial(self._include, came, special, 0)
        yield self._at(16, 9), partial(self.sign, came, 1)
        yield self._at(14, 9), partial(self.sign, came, 2)
        yield self._at(13, 9), partial(self._teach, went, own)
        yield self._at(12, 9), partial(self.sign, went, 1)
        yield self._at(11, 9), partial(self.sign, went, 2)
        yield self._at(3, 9), partial(self._include, coming, special, 1)
        yield self._at(2, 9), partial(self.sign, coming, 1)

    def _at(self, days: int, hour: int) -> datetime:
        return calendar.at(calendar.working_day(self.today, -days), hour, 40)

    def _clerk(self, campus: Campus, at: datetime) -> Acting:
        return self.staff.acting(campus.lineage.school.organisation, Role.CLERK, at)

    def _portrait(self, campus: Campus, grade: int, at: datetime) -> None:
        for student in _pupils(campus, grade):
            photos.replace(student=student, data=portrait(), acting=self._clerk(campus, at))

    def _reward(self, campus: Campus, grade: int, name: str, level: str, at: datetime) -> None:
        self._record(campus, grade, at, kind=Kind.REWARD, name=name, level=level)

    def _sanction(self, campus: Campus, grade: int, name: str, at: datetime) -> None:
        self._record(campus, grade, at, kind=Kind.SANCTION, name=name, level="校级")

    def _record(
        self, campus: Campus, grade: int, at: datetime, *, kind: str, name: str, level: str
    ) -> None:
        units = {"县级": campus.lineage.county.name, "乡镇级": "建昌营镇人民政府"}
        for student in _pupils(campus, grade):
            entry = Entry(
                kind=kind,
                level=level,
                name=name,
                text="",
                unit=units.get(level, campus.name),
                paper_number="",
                given_on=at.date() - timedelta(days=3),
            )
            conduct.record(
                student=student,
                entry=entry,
                file_name="决定.png",
                data=scan(),
                acting=self._clerk(campus, at),
            )

    def _revoke(self, campus: Campus, grade: int, at: datetime) -> None:
        for student in _pupils(campus, grade):
            conduct.revoke(
                student=student,
                pk=student.conduct.get().pk,
                said=Revocation(on=at.date(), paper_number=""),
                file_name="撤销决定.png",
                data=scan(),
                acting=self._clerk(campus, at),
            )

    def _family(self, campus: Campus, grade: int, at: datetime) -> None:
        for student in _pupils(campus, grade):
            first = student.family.count() + 1
            row: dict[str, str] = {}
            for n, (relation, name, workplace, held) in enumerate(RELATIVES, start=first):
                said = {"relation": relation, "name": name, "phone": phone(Random(name))}
                said |= {"workplace": workplace, "position_held": held, "nation": "01"}
                said |= {"address_text": student.address_text, "address_code": student.address_code}
                row |= {f"m{n}_{key}": value for key, value in said.items()}
            self._edit(student, campus, row, "家长填报家庭成员", at)

    def _disabled(self, campus: Campus, grade: int, at: datetime) -> None:
        for student in _pupils(campus, grade):
            row = {"health": "50", "disability": "4", "inclusion": "00"}
            self._edit(student, campus, row, "看过残疾人证", at)

    def _edit(
        self, student: Student, campus: Campus, row: Mapping[str, str], why: str, at: datetime
    ) -> None:
        students.edit(
            student_id=student.pk,
            version=student.version,
            row=row,
            reason=why,
            acting=self._clerk(campus, at),
        )

    def _home_taught(self, campus: Campus, grade: int, at: datetime) -> None:
        for student in _pupils(campus, grade):
            attendance.change(
                student_id=student.pk,
                version=student.version,
                attendance="home_taught",
                papers={"disability_card"},
                reason="教育安置意见为送教上门",
                acting=self._clerk(campus, at),
            )

    def _include(self, guest: Guest, former: Campus, place: int, at: datetime) -> None:
        chosen = _pupils(former, 0, place=place)
        self._take(guest, chosen, "inclusion", "placement_opinion", at)

    def _teach(self, guest: Guest, former: Campus, at: datetime) -> None:
        self._take(guest, _pupils(former, 4, place=1), "special", "disability_card", at)

    def _take(
        self, guest: Guest, chosen: Sequence[Student], ground: str, paper: str, at: datetime
    ) -> None:
        for student in chosen:
            row = _class(guest.campus, student)
            asked = admission.Asked(
                id_number=student.id_number,
                name=student.name,
                ground=ground,
                school_class=row,
                starts=at.date(),
                papers=frozenset({paper}),
            )
            typed = {"id_number": student.id_number, "name": student.name, "ground": ground}
            typed |= {"school_class": str(row.pk) if row else "", "papers": paper}
            typed |= {"starts": at.date().isoformat()}
            acting = self._clerk(guest.campus, at)
            case = admission.submit(case_id=None, asked=asked, row=typed, acting=acting)
            guest.case = case.pk


def _pupils(campus: Campus, grade: int, *, place: int = 0) -> list[Student]:
    """The pupil at that place of a grade (0: of any), locked; none in a school that is too small.

    Nobody who entered this autumn, whose case tells another story.
    """
    rows = Student.objects.filter(
        school=campus.pk,
        status=Status.ENROLLED,
        register_type=RegisterType.REGULAR,
        id_type="1",
        entry_year__lt=calendar.THIS_YEAR,
        **({"grade": grade} if grade else {}),
    )
    chosen = rows.order_by("pk").values_list("pk", flat=True)[place : place + 1]
    return list(students.lock(list(chosen)).values())


def _class(campus: Campus, student: Student) -> SchoolClass | None:
    """A class of the pupil's grade with room."""
    rows = SchoolClass.objects.filter(
        school=campus.pk, stage=student.stage, grade=student.grade, closed_on=None
    )
    rows = rows.annotate(heads=Count("students")).filter(heads__lt=F("capacity") - 1)
    return rows.order_by("number").first()
