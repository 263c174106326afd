"""One row per look; parts by month; what was searched for stands in it only masked."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from tests import pupils
from tests.world import NOON, ZONE
from xueji.audit import partitions
from xueji.audit import services as audit
from xueji.audit.models import Access, AccessKind
from xueji.jobs import services as jobs
from xueji.jobs.models import Job
from xueji.students.search import masked


def part_of(row: Access) -> str:
    """The table in which a row really lies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM xueji_access WHERE id = %s", [row.pk])
        return cursor.fetchone()[0]


def parts() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'xueji_access'::regclass"
        )
        return {name for (name,) in cursor.fetchall()}


def look(world, *, at: datetime = NOON, **more) -> Access:
    audit.shown(
        acting=world.acting("clerk", at=at),
        **{"kind": AccessKind.VIEW, "page": "student", "students": [7, 8], **more},
    )
    return Access.objects.latest("pk")


# -- what a row says ------------------------------------------------------------------------------
def test_a_row_says_who_looked_under_which_post_at_whom_and_why(world):
    row = look(
        world,
        kind=AccessKind.REVEAL,
        field="id_number",
        reason="核对户口簿原件",
        address="10.1.2.3",
    )
    post = world.posts["clerk"]
    assert Access.objects.filter(pk=row.pk).values().get() == {
        "id": row.pk,
        "at": NOON,
        "user_id": post.user_id,
        "post_id": post.pk,
        "organisation_path": post.organisation.path,
        "kind": "reveal",
        "page": "student",
        "filter": "",
        "students": [7, 8],
        "field": "id_number",
        "reason": "核对户口簿原件",
        "address": "10.1.2.3",
    }


def test_what_is_too_long_is_cut_rather_than_refused(world):
    row = look(world, filter="甲" * 300, reason="乙" * 300)
    assert (len(row.filter), len(row.reason)) == (200, 200)


def test_who_looked_at_a_pupil_is_found_among_many_in_one_list(world):
    look(world, students=range(1000))
    look(world, students=[5000])
    assert Access.objects.filter(students__contains=[999]).count() == 1


def test_the_address_of_the_asking_machine_is_kept(world, client_of):
    student = pupils.enrolled(world)
    paths = {
        "students": reverse("students"),
        "student": reverse("student", args=[student.pk]),
        "cases": reverse("case", args=[student.cases.get().number]),
    }
    for number, path in enumerate(paths.values(), start=1):
        client_of("clerk").get(path, REMOTE_ADDR=f"10.9.8.{number}")
    looks = Access.objects.order_by("pk").values_list("page", "address")
    assert list(looks) == [(page, f"10.9.8.{number}") for number, page in enumerate(paths, start=1)]


# -- masked ---------------------------------------------------------------------------------------
NUMBER = "13028320200317991X"
MASKED = "130283********991X"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("王梓涵", "王梓涵"),
        (" 王梓 ", "王梓"),
        ("zhangyinuo", "zhangyinuo"),
        ("130283", "130283"),
        (NUMBER, MASKED),
        (NUMBER.lower(), MASKED),
        (" 130283 20200317 991x ", MASKED),
        ("１３０２８３２０２００３１７９９１Ｘ", MASKED),
        ("G" + NUMBER, "G130283********991X"),
        ("02262601700023", "02**********23"),
        ("13931520018", "13*******18"),
        ("王梓涵 " + NUMBER, "王梓涵" + MASKED),
        ("身份证" + NUMBER, "身份证" + MASKED),
        (NUMBER + "、" + NUMBER, MASKED + "、" + MASKED),
        ("E12345678", "E1*****78"),
    ],
)
def test_a_search_is_kept_with_its_numbers_masked(typed, kept):
    assert masked(typed) == kept


@pytest.mark.parametrize("typed", [NUMBER, f"王梓涵 {NUMBER}", f"号码{NUMBER.lower()}"])
def test_no_whole_number_reaches_the_log(world, client_of, typed):
    client_of("clerk").get(reverse("students"), {"q": typed})
    kept = Access.objects.latest("pk").filter
    assert (NUMBER in kept.upper(), MASKED in kept) == (False, True)


# -- parts by month -------------------------------------------------------------------------------
def year_from(year: int, month: int) -> set[str]:
    """The parts of a month and the twelve after it."""
    months = [(year * 12 + month - 1 + n) for n in range(13)]
    return {f"xueji_access_{n // 12}{n % 12 + 1:02}" for n in months}


@pytest.mark.parametrize("day", [date(2031, 12, 1), date(2031, 12, 15), date(2031, 12, 31)])
def test_a_month_gets_its_part_and_the_next_twelve_too(db, day):
    before = parts()
    partitions.prepare(day)
    assert parts() - before == year_from(2031, 12)


def test_preparing_again_changes_nothing(db):
    partitions.prepare(date(2031, 1, 31))
    before = parts()
    partitions.prepare(date(2031, 1, 31))
    assert parts() == before


def test_the_present_month_and_the_next_twelve_are_there_after_the_migrations(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_char(now() + make_interval(months => n), 'YYYYMM')"
            " FROM generate_series(0, 12) AS n"
        )
        months = [month for (month,) in cursor.fetchall()]
    assert {f"xueji_access_{month}" for month in months} <= parts()


def test_looks_of_a_month_that_nobody_prepared_move_into_its_part(world):
    """All that there is of them stays as it was; looks of a wrong clock stay where they were."""
    months = [(2030, 12), (2031, 5), (2031, 6), (2039, 1)]
    days = [datetime(year, month, 1, 0, 0, tzinfo=ZONE) for year, month in months]
    rows = [look(world, at=moment, reason=f"第 {moment.month} 月") for moment in days]
    before = list(Access.objects.order_by("pk").values())
    assert {part_of(row) for row in rows} == {"xueji_access_rest"}

    partitions.prepare(date(2031, 5, 20))

    assert [part_of(row) for row in rows] == [
        "xueji_access_203012",
        "xueji_access_203105",
        "xueji_access_203106",
        "xueji_access_rest",
    ]
    assert list(Access.objects.order_by("pk").values()) == before
    assert look(world, at=days[1]).pk > rows[-1].pk


@pytest.mark.django_db(transaction=True)
def test_a_machine_that_was_off_for_two_months_finds_the_parts_ready(world, client_of):
    partitions.prepare(date(2041, 1, 31))
    with time_machine.travel(datetime(2041, 4, 1, 7, 30, tzinfo=ZONE), tick=False):
        pupils.submitted(world)
        client_of("clerk").get(reverse("cases"), {"tab": "others"})
        assert part_of(Access.objects.latest("pk")) == "xueji_access_204104"


@pytest.mark.django_db(transaction=True)
def test_a_machine_that_was_off_for_years_heals_with_its_first_sweep(world, client_of):
    """Two months without sweeps, the first page before the first sweep: nothing is lost."""
    pupils.submitted(world)
    rows = []
    for moment in (
        datetime(2043, 1, 31, 23, 59, tzinfo=ZONE),
        datetime(2043, 2, 28, 23, 59, tzinfo=ZONE),
        datetime(2043, 3, 1, 7, 30, tzinfo=ZONE),
    ):
        with time_machine.travel(moment, tick=False):
            client_of("clerk").get(reverse("cases"), {"tab": "others"})
            rows.append(Access.objects.latest("pk"))
    assert {part_of(row) for row in rows} == {"xueji_access_rest"}

    for day in (1, 2):
        with time_machine.travel(datetime(2043, 3, day, 7, 31, tzinfo=ZONE), tick=False):
            jobs.sweep()
            while jobs.run_next():
                pass

    assert set(Job.objects.filter(kind="partitions").values_list("state", flat=True)) == {"done"}
    assert year_from(2043, 3) <= parts()
    assert [part_of(row) for row in rows] == [
        "xueji_access_204301",
        "xueji_access_204302",
        "xueji_access_204303",
    ]


@pytest.mark.parametrize(
    ("moment", "part"),
    [
        (datetime(2031, 5, 1, 0, 0, tzinfo=ZONE), "xueji_access_203105"),
        (datetime(2031, 5, 31, 23, 59, 59, tzinfo=ZONE), "xueji_access_203105"),
        (datetime(2031, 6, 1, 0, 0, tzinfo=ZONE), "xueji_access_203106"),
        (datetime(2032, 6, 1, 0, 0, tzinfo=ZONE), "xueji_access_rest"),
    ],
)
def test_a_look_lies_in_the_part_of_its_month_in_local_time(world, moment, part):
    partitions.prepare(date(2031, 5, 2))
    assert part_of(look(world, at=moment)) == part


def test_a_look_in_a_month_nobody_prepared_is_kept_all_the_same(world):
    row = look(world, at=NOON + timedelta(days=3650))
    assert part_of(row) == "xueji_access_rest"
