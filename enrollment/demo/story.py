"""What happens to pupils over the years, told to their rows in the order of time.

Whoever entered before the register began was taken over on its first day. This autumn's entrants
came by cases, those between were entered by the county. Everybody went up a grade each September;
a few left, fell ill or came back.
"""

from collections import Counter
from datetime import date
from random import Random
from typing import NamedTuple

from enrollment.demo import calendar
from enrollment.demo.accounts import Staff
from enrollment.demo.cohorts import Cohort, Intake
from enrollment.demo.intake import Cases
from enrollment.demo.lives import SERIES_OF, Life, Signature, class_name
from enrollment.demo.tables import NULL
from xueji.ledger.models import EventKind
from xueji.organisations.models import Organisation
from xueji.students.models import RegisterType, Status

# shares of pupils, each beginning where the last one ends
GONE, SUSPENDED, RESUMED = 0.006, 0.010, 0.012
LATE = 0.2  # of those gone in past years: recorded after the month's report had been accepted


class Seat(NamedTuple):
    """A class by id and number."""

    pk: str
    number: int

    def called(self, grade: int) -> str:
        return class_name(grade, self.number)


class Story:
    """Seats pupils in the order in which they come, and tells their years."""

    def __init__(self, cases: Cases, staff: Staff) -> None:
        self._cases, self._staff = cases, staff
        self._seated: Counter[Cohort] = Counter()
        self._signatures: dict[tuple[int, date, int, str], Signature] = {}

    def tell(self, life: Life, cohort: Cohort, feeder: Cohort | None, random: Random) -> None:
        """All of one pupil: by way of ``feeder``, a primary school, where there is one."""
        first = feeder or cohort
        seat = self._seat(first)
        if first.entry_year < calendar.FIRST_YEAR:
            self._take_over(life, first, seat)
        elif first.entry_year < calendar.THIS_YEAR:
            self._list(life, first, seat)
        else:
            self._enter(life, first, seat, random)
        year = max(first.entry_year, calendar.FIRST_YEAR)
        if feeder:
            self._climb(life, feeder, seat, year, cohort.entry_year - 1)
            self._graduate(life, feeder, seat, cohort.entry_year)
            seat, year = self._seat(cohort), cohort.entry_year
            self._enter_stage(life, cohort, seat)
        self._go_on(life, cohort, seat, year, random)
        life.end()

    def _seat(self, cohort: Cohort) -> Seat:
        row = cohort.school_class(self._seated[cohort])
        self._seated[cohort] += 1
        return Seat(str(row.pk), row.number)

    def _county(self, cohort: Cohort, day: date, hour: int, reason: str) -> Signature:
        return self._office(cohort.campus.lineage.county, day, hour, reason)

    def _authority(self, cohort: Cohort, day: date, hour: int, reason: str) -> Signature:
        return self._office(cohort.campus.lineage.authority(cohort.stage), day, hour, reason)

    def _office(self, office: Organisation, day: date, hour: int, reason: str) -> Signature:
        key = (office.pk, day, hour, reason)
        if key not in self._signatures:
            at = calendar.at(day, hour)
            self._signatures[key] = Signature(self._staff.officer(office), at, reason)
        return self._signatures[key]

    def _take_over(self, life: Life, cohort: Cohort, seat: Seat) -> None:
        day, grade, year = calendar.START, cohort.grade(calendar.FIRST_YEAR), cohort.entry_year
        by = self._county(cohort, day, 7, "系统启用时转入")
        number = life.take_number(cohort, calendar.numbering_opens(year))
        place = life.place(by, cohort, seat.pk, grade, day)
        entered_on = calendar.year_starts(year).isoformat()
        life.begin(by, status=str(Status.ENROLLED), entered_on=entered_on, number=number, **place)
        for kind, change, said in (
            (EventKind.ENTERED, 1, f"系统启用时转入，{year} 年 9 月入学"),
            (EventKind.NUMBERED, 0, f"系统启用前已编学籍号 {number}"),
        ):
            life.happened(
                kind,
                by,
                cohort,
                grade,
                day,
                change=change,
                said=said,
                class_name=seat.called(grade),
                number=number if kind == EventKind.NUMBERED else "",
            )

    def _list(self, life: Life, cohort: Cohort, seat: Seat) -> None:
        """Entered by the county from the school's list, before there were cases."""
        grade, day = cohort.first_grade, calendar.lessons_begin(cohort.entry_year)
        by = self._county(cohort, day, 9, "新生入学名册")
        place = life.place(by, cohort, seat.pk, grade, day)
        life.begin(by, status=str(Status.ENROLLED), entered_on=day.isoformat(), **place)
        life.happened(
            EventKind.ENTERED,
            by,
            cohort,
            grade,
            day,
            change=1,
            said=f"新生入学，{cohort.campus.name}",
            class_name=seat.called(grade),
        )
        self._number(life, cohort, seat)

    def _enter(self, life: Life, cohort: Cohort, seat: Seat, random: Random) -> None:
        """By a case, in the first days of the school year; then the number."""
        campus, grade, day = (
            cohort.campus,
            cohort.first_grade,
            calendar.lessons_begin(cohort.entry_year),
        )
        bare = cohort.intake == Intake.BARE
        where = NULL if bare else seat.pk
        posts = self._cases.posts(campus)
        moments = self._cases.moments(campus, cohort.entry_year, random)
        case = self._cases.write(cohort, life.row, moments=moments, school_class=where)
        life.begin(Signature(posts[0], moments[0], "新生入学"))
        by = Signature(posts[-1], moments[-1], "新生入学核准")
        place = life.place(by, cohort, where, grade, day, case)
        life.change(by, status=str(Status.ENROLLED), entered_on=day.isoformat(), **place)
        life.happened(
            EventKind.ENTERED,
            by,
            cohort,
            grade,
            day,
            change=1,
            said=f"新生入学，{campus.name}",
            class_name="" if bare else seat.called(grade),
            case=case,
        )
        if cohort.intake == Intake.NUMBERED:
            self._number(life, cohort, seat, case)

    def _number(self, life: Life, cohort: Cohort, seat: Seat, case: str = NULL) -> None:
        """By the allocator, for the whole cohort of the school on one day."""
        opens = calendar.numbering_opens(cohort.entry_year)
        day = calendar.working_day(opens, cohort.campus.index % 6)
        by = self._authority(cohort, day, 10, "编学籍号")
        number = life.take_number(cohort, day, case)
        life.change(by, number=number)
        life.happened(
            EventKind.NUMBERED,
            by,
            cohort,
            cohort.first_grade,
            day,
            said=f"编{SERIES_OF[RegisterType(life.row['register_type'])].label} {number}",
            class_name=seat.called(cohort.first_grade),
            number=number,
            case=case,
        )

    def _climb(self, life: Life, cohort: Cohort, seat: Seat, year: int, until: int) -> None:
        """One grade up at the beginning of each school year after ``year``."""
        for new in range(year + 1, until + 1):
            day = calendar.year_starts(new)
            by = self._county(cohort, day, 8, f"{new} 学年升级")
            left, entered = cohort.grade(new - 1), cohort.grade(new)
            life.leave(by, day)
            place = life.place(by, cohort, seat.pk, entered, day)
            life.change(by, **place)
            for grade, change in ((left, -1), (entered, 1)):
                life.happened(
                    EventKind.GRADE_CHANGED,
                    by,
                    cohort,
                    grade,
                    day,
                    change=change,
                    said=f"由{class_name(left, seat.number)}升入{class_name(entered, seat.number)}",
                    class_name=seat.called(grade),
                )

    def _graduate(self, life: Life, cohort: Cohort, seat: Seat, year: int) -> None:
        day, grade = calendar.graduation(year), cohort.grade(year - 1)
        by = self._county(cohort, day, 16, "小学毕业")
        life.retire_number(day, "毕业")
        life.change(by, status=str(Status.GRADUATED), number=NULL, **life.leave(by, day))
        life.happened(
            EventKind.GRADUATED,
            by,
            cohort,
            grade,
            day,
            change=-1,
            said=f"{cohort.campus.name}毕业",
            class_name=seat.called(grade),
        )

    def _enter_stage(self, life: Life, cohort: Cohort, seat: Seat) -> None:
        day, grade = calendar.lessons_begin(cohort.entry_year), cohort.first_grade
        by = self._county(cohort, day, 9, "升入初中")
        place = life.place(by, cohort, seat.pk, grade, day)
        life.change(by, status=str(Status.ENROLLED), entered_on=day.isoformat(), **place)
        life.happened(
            EventKind.STAGE_ENTERED,
            by,
            cohort,
            grade,
            day,
            change=1,
            said=f"升入{cohort.campus.name}",
            class_name=seat.called(grade),
        )
        self._number(life, cohort, seat)

    def _go_on(self, life: Life, cohort: Cohort, seat: Seat, year: int, random: Random) -> None:
        """To this autumn, but for those who left or were ill."""
        fate, now = random.random(), calendar.THIS_YEAR
        free = life.regular and cohort.intake == Intake.NUMBERED
        if free and fate < GONE:
            last = random.randint(year, now)
            self._climb(life, cohort, seat, year, last)
            self._go(life, cohort, seat, last, random)
            return
        if free and fate < RESUMED and (fate < SUSPENDED or year < now):
            ill_in = now if fate < SUSPENDED else now - 1
            self._climb(life, cohort, seat, year, ill_in)
            self._rest(life, cohort, seat, ill_in, random)
            year = ill_in
        self._climb(life, cohort, seat, year, now)

    def _go(self, life: Life, cohort: Cohort, seat: Seat, year: int, random: Random) -> None:
        """To a school outside the tree; the number retires."""
        day, grade = _autumn(year, random), cohort.grade(year)
        late = year < calendar.THIS_YEAR and random.random() < LATE
        recorded = calendar.working_day(day, 30) if late else day
        by = self._authority(cohort, recorded, 15, "转出")
        life.retire_number(day, "转出")
        life.change(by, status=str(Status.TRANSFERRED), number=NULL, **life.leave(by, day))
        life.happened(
            EventKind.TRANSFERRED_OUT,
            by,
            cohort,
            grade,
            day,
            change=-1,
            said="转出，外省学校",
            class_name=seat.called(grade),
        )

    def _rest(self, life: Life, cohort: Cohort, seat: Seat, year: int, random: Random) -> None:
        """休学 in autumn, and 复学 in the spring after it unless that is still to come."""
        grade, day = cohort.grade(year), _autumn(year, random)
        facts = [(EventKind.SUSPENDED, Status.SUSPENDED, day, -1, "因病休学")]
        if year < calendar.THIS_YEAR:
            spring = calendar.working_day(calendar.TERMS[year][1][0], random.randrange(20))
            facts.append((EventKind.RESUMED, Status.ENROLLED, spring, 1, "病愈复学"))
        for kind, status, on, change, said in facts:
            by = self._authority(cohort, on, 14, said)
            life.change(by, status=str(status))
            life.happened(
                kind,
                by,
                cohort,
                grade,
                on,
                change=change,
                said=said,
                class_name=seat.called(grade),
            )


def _autumn(year: int, random: Random) -> date:
    """A working day after numbering, well before today."""
    return calendar.working_day(date(year, 10, 9), random.randrange(20))
