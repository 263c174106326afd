"""The town in which numbers are issued for a benchmark, and the two ways of doing it."""

from datetime import date

from django.db import connection, transaction
from django.utils import timezone
from sequences import get_next_value, get_next_values
from simple_history.utils import bulk_update_with_history

from numbering import services
from numbering.models import RegisterNumber, Series
from numbering.queries.waiting import Cohort
from xueji.accounts.access import Acting
from xueji.accounts.models import User
from xueji.accounts.services import grant
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import Level, School, SchoolClass, Stage
from xueji.organisations.queries import Lineage, lineages
from xueji.organisations.services import found
from xueji.students import services as students
from xueji.students.models import Student

COHORT = Cohort(stage="primary", entry_year=2026, kind="register")

PUPILS = """
WITH pupil AS (
    INSERT INTO xueji_student (name, name_initials, name_full, name_order, name_strokes, sex,
        birth_date, nation, country, id_type, no_id_reason, hukou_kind, hukou_code, hukou_text,
        address_code, address_text, boarding, entry_mode, attendance, migrant, status,
        register_type, school_id, org_path, school_class_id, stage, entry_year, grade, version)
    SELECT '测' || n, 'c', 'ce', 'ce4测', '09测', '1', '2020-03-17', '01', 'CHN', 'Z', '', '1', '',
        '军屯村', '', '军屯村', '1', '11', 'in_school', false, 'enrolled', 'regular',
        class.school_id, path, class.id, class.stage, class.entry_year, class.grade, 1
    FROM xueji_schoolclass class JOIN xueji_organisation ON xueji_organisation.id = class.school_id,
        generate_series(1, %(count)s) AS n
    WHERE class.school_id = ANY (%(schools)s)
    RETURNING *
)
INSERT INTO xueji_placement (student_id, school_id, org_path, school_class_id, stage, entry_year,
    grade, kind, starts)
SELECT id, school_id, org_path, school_class_id, stage, entry_year, grade, 'home', '2026-09-01'
FROM pupil RETURNING student_id, school_id
"""


class Town:
    """A province of one centre, for one run, so that school codes and numbers start afresh."""

    def __init__(self, schools: int) -> None:
        office = None
        for level, name, code in (
            (Level.PROVINCE, "省", ""),
            (Level.PREFECTURE, "市", "02"),
            (Level.COUNTY, "县", "26"),
            (Level.CENTRE, "中心校", ""),
        ):
            rules = "qianan" if level == Level.COUNTY else ""
            office = found(parent=office, level=level, name=name, number_code=code, rule_set=rules)
        self.centre = office
        user = User.objects.create_user(f"officer{office.pk}", "专员")
        start = date(2020, 1, 1)
        post = grant(user=user, role="centre_officer", organisation=office, starts=start)
        self.acting = Acting(user=user, post=post, at=timezone.now())
        self.schools: dict[int, Lineage] = lineages(
            {self._school(n) for n in range(1, schools + 1)}
        )
        Series.objects.bulk_create(
            Series(
                province=line.province,
                unit=line.school,
                prefix=f"022626{line.school.code}0",
                **COHORT,
            )
            for line in self.schools.values()
        )

    def _school(self, number: int) -> int:
        """A school with one class of first-graders."""
        node = found(parent=self.centre, level=Level.SCHOOL, name=f"小学{number}")
        school = School.objects.create(
            organisation=node,
            county=self.centre.parent,
            code=f"{number:03d}",
            identifier=f"{node.pk:010d}",
            kind="ordinary",
            area="township",
            connected_on=date(2020, 9, 1),
        )
        Stage.objects.create(school=school, stage="primary", first_grade=1, years=6)
        SchoolClass.objects.create(
            school=school, stage="primary", entry_year=2026, number=1, grade=1, capacity=45
        )
        return node.pk

    def pupils(self, schools: list[int], each: int) -> list[tuple[int, int]]:
        """(pupil, school) of ``each`` new pupils in every school, all waiting for a number."""
        with connection.cursor() as cursor:
            cursor.execute(PUPILS, {"schools": schools, "count": each})
            rows = cursor.fetchall()
            cursor.execute("ANALYZE xueji_student, xueji_placement, xueji_schoolclass")
        return rows


# -- ours: the functions that the pages call -------------------------------------------------------
def ours_append(acting: Acting, school: Lineage, pk: int) -> None:
    """One pupil, inside the transaction that has locked it."""
    with transaction.atomic():
        locked = students.lock([pk])
        services.allocate(acting=acting, lineage=school, students=[locked[pk]], **COHORT)


def ours_class(acting: Acting, school: Lineage, token: str) -> None:
    """Everybody who waits, as previewed."""
    services.issue(acting=acting, lineage=school, token=token, **COHORT)


# -- the peer: the same rows by django-sequences and the libraries' bulk writes --------------------
def peer_append(acting: Acting, school: Lineage, pk: int) -> None:
    with transaction.atomic():
        student = Student.objects.select_for_update(of=("self",)).get(pk=pk)
        series = Series.objects.get(unit=school.school.pk, **COHORT)
        school_class = SchoolClass.objects.get(pk=student.school_class_id)
        serial = get_next_value(f"series-{series.pk}")
        _write(acting, school, series, [(student, school_class, serial)])


def peer_class(acting: Acting, school: Lineage, _token: str) -> None:
    with transaction.atomic():
        pupils = (
            Student.objects.select_for_update(of=("self",))
            .filter(school=school.school.pk, entry_year=2026, number=None, status="enrolled")
            .select_related("school_class")
            .order_by("pk")
        )
        series = Series.objects.get(unit=school.school.pk, **COHORT)
        serials = get_next_values(len(pupils), f"series-{series.pk}")
        rows = [(p, p.school_class, n) for p, n in zip(pupils, serials, strict=True)]
        _write(acting, school, series, rows)


def _write(acting: Acting, school: Lineage, series: Series, rows: list) -> None:
    """Number, pupil with history, and event of each row."""
    for student, _, serial in rows:
        student.number = series.number(serial)
        student.version += 1
    RegisterNumber.objects.bulk_create(
        RegisterNumber(
            province=school.province,
            series=series,
            serial=serial,
            number=student.number,
            holder=student,
            starts=acting.today,
        )
        for student, _, serial in rows
    )
    bulk_update_with_history(
        [student for student, _, _ in rows],
        Student,
        ["number", "version"],
        default_user=acting.user,
        default_change_reason="编学籍号",
        default_date=acting.at,
        custom_historical_attrs={"history_post_id": acting.post.pk},
    )
    facts = [
        ledger.Fact(
            kind=EventKind.NUMBERED,
            student=student,
            lineage=school,
            effective_on=acting.today,
            stage="primary",
            grade=student.grade,
            class_name=str(school_class),
            number=student.number,
        )
        for student, school_class, _ in rows
    ]
    RegisterEvent.objects.bulk_create(ledger.events(facts, acting=acting))
