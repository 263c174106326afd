"""Loading what new pupils of a school are checked against."""

from collections.abc import Sequence
from datetime import date, timedelta

from enrollment.rules import route_key
from enrollment.services.check import FIRST_GRADE, Context
from xueji.cases.kinds import Refused, Stop
from xueji.organisations.models import Level, SchoolClass, SchoolYear, StageName, Term
from xueji.organisations.queries import Lineage, idle, lineage
from xueji.rules.engine import Rules, rule_set


def intake(school: Lineage, rules: Rules, today: date) -> SchoolYear:
    """The school year whose new pupils are entered now: from its announcement before autumn.

    Raises Refused when the county has entered no such year.
    """
    opens = today + timedelta(days=rules.value("entry.opens_days_before"))
    year = (
        SchoolYear.objects.filter(county=school.county, starts_on__lte=opens)
        .order_by("-starts_on")
        .first()
    )
    if year is None:
        raise Refused("本县还没有录入学年，不能录入新生。请教育局先设置学年和学期。")
    return year


def load(school_id: int, *, today: date, student_id: int | None = None) -> Context:
    """Everything a batch of rows of one school needs, in a fixed number of queries."""
    school = lineage(school_id)
    rules = rule_set(school.rule_set).at(today)
    year = intake(school, rules, today)
    first = Term.objects.filter(school_year=year, number=1).first()
    stage = school.school.stages.filter(stage=StageName.PRIMARY).first()
    grades = stage.grades if stage else range(FIRST_GRADE, FIRST_GRADE + 1)
    classes = SchoolClass.objects.filter(
        school=school_id,
        stage=StageName.PRIMARY,
        entry_year__range=(year.year - len(grades) + 1, year.year),
        closed_on__isnull=True,
    ).order_by("-entry_year", "number")
    return Context(
        lineage=school,
        rules=rules,
        today=today,
        year=year,
        term_starts=first.starts_on if first else year.starts_on,
        catchment=frozenset(school.school.catchments.values_list("code", flat=True)),
        classes={str(row.pk): row for row in classes},
        grades=grades,
        student_id=student_id,
    )


def require_working(context: Context) -> None:
    """Raise Refused unless the school may enter first-graders today."""
    school = context.lineage.school
    if found := idle(school, context.today):
        raise Refused(f"本校{found.why}，不能办理学籍业务。{found.remedy}。")
    if not school.stages.filter(stage=StageName.PRIMARY).exists():
        raise Refused("本校没有小学学段。初中、高中新生从毕业生名单接收，不在这里录入。")


def route(context: Context, business: str = "entry.route") -> Sequence[Stop]:
    """The posts that sign a piece of business of this school, after the clerk's submission."""
    school = context.lineage
    authority = school.authority(StageName.PRIMARY)
    offices = {
        "school": school.school.organisation,
        "authority": authority,
        "centre": school.at(Level.CENTRE),
        "county": school.county,
    }
    return [
        Stop(organisation_id=offices[step["at"]].pk, role=step["role"])
        for step in context.rules.value(route_key(Level(authority.level).name.lower(), business))
        if step["role"] != "clerk"
    ]


def with_national_check(stops: Sequence[Stop], context: Context) -> tuple[Sequence[Stop], int]:
    """The route of whoever has no register yet and is no first-grader, and where it is checked.

    The names go to the national check before the last post decides.
    """
    school = context.lineage
    offices = {"county": school.county, "province": school.province}
    check = [
        Stop(organisation_id=offices[step["at"]].pk, role=step["role"])
        for step in context.rules.value("entry.route.national_check")
    ]
    return [*stops[:-1], *check, stops[-1]], len(stops)
