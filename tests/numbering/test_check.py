"""check_numbers passes a sound register and names each kind of fault in a spoiled one."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from numbering.models import NumberState, RegisterNumber, Series, SeriesKind
from numbering.queries.check import check as proved
from tests.numbering import making
from xueji.cases import services as cases
from xueji.students.models import RegisterType, Student

pytestmark = [pytest.mark.django_db, pytest.mark.any_pg]


def check() -> tuple[dict, int]:
    """What the command prints, and its exit code."""
    out = StringIO()
    try:
        call_command("check_numbers", stdout=out)
    except SystemExit as end:
        return json.loads(out.getvalue()), end.code
    return json.loads(out.getvalue()), 0


@pytest.fixture
def sound(world):
    """Two series: 0001 to 0005 with 0002 refilled and 0003 an open hole, and a temporary number."""
    making.entrants(world, making.names(5))
    rows = making.issue(world)
    draft = cases.open_draft(
        kind="enrollment",
        school=world.schools["清泉小学"],
        acting=world.acting("clerk"),
        values={},
    )
    for row in rows[1:3]:
        RegisterNumber.objects.filter(pk=row.pk).update(
            state=NumberState.VOID, ends="2026-09-02", reason="未报到", ended_case=draft
        )
        Student.objects.filter(pk=row.holder_id).update(number=None, status="pending")
    making.entrants(world, ["补上的"])
    making.issue(world)
    making.entrants(world, ["借读的"], register_type=RegisterType.BORROWED_TEMP)
    making.issue(world, kind=SeriesKind.TEMPORARY)
    return world


def test_a_sound_register_passes_with_its_figures(sound):
    assert check() == (
        {
            "series": 2,
            "live": 5,
            "retired": 0,
            "void": 2,
            "holes_open": 1,
            "given_back": 0,
            "historic": 0,
            "frozen": 0,
            "faults": [],
        },
        0,
    )


def test_an_empty_register_is_not_a_pass(world):
    assert check() == (
        {
            "series": 0,
            "live": 0,
            "retired": 0,
            "void": 0,
            "holes_open": 0,
            "given_back": 0,
            "historic": 0,
            "frozen": 0,
            "faults": [],
        },
        1,
    )


def spoil(*statements: str) -> None:
    """Run SQL as the owner of the database, past every rule of the product."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in statements:
            cursor.execute(statement)


NUMBER, SERIES, STUDENT = "numbering_registernumber", "numbering_series", "xueji_student"
KIND = "kind = 'register'"
A_POST = "(SELECT min(id) FROM xueji_post)"
REGISTER = f"(SELECT id FROM {SERIES} WHERE {KIND})"
OF_0005 = f"serial = 5 AND series_id = {REGISTER}"
HOLDER_OF_0005 = f"(SELECT holder_id FROM {NUMBER} WHERE {OF_0005})"
COPY_0001 = f"""
    INSERT INTO {NUMBER} (province_id, series_id, serial, number, holder_id, state, starts,
        reason, refilled)
    SELECT province_id, series_id, serial, number, {HOLDER_OF_0005}, 'live', starts, '', false
    FROM {NUMBER} WHERE number = '02262601700001'"""


@pytest.mark.parametrize(
    ("statements", "faults"),
    [
        pytest.param(
            [f"UPDATE {STUDENT} SET number = NULL WHERE id = {HOLDER_OF_0005}"]
            + [f"DELETE FROM {NUMBER} WHERE {OF_0005}"],
            {"gap": ["02262601700005"]},
            id="a number was deleted",
        ),
        pytest.param(
            [f"UPDATE {SERIES} SET last = 7 WHERE kind = 'register'"],
            {"gap": ["02262601700006", "02262601700007"]},
            id="the series ran ahead",
        ),
        pytest.param(
            [f"UPDATE {SERIES} SET last = 4 WHERE kind = 'register'"],
            {"beyond_last": ["02262601700005"]},
            id="the series lags behind",
        ),
        pytest.param(
            [f"UPDATE {NUMBER} SET refilled = true WHERE serial = 3 AND state = 'void'"],
            {"gap": ["02262601700003"]},
            id="a hole went to nobody",
        ),
        pytest.param(
            ["DROP INDEX register_number_unique", "DROP INDEX register_number_serial_unique"]
            + ["DROP INDEX register_number_one_live_per_holder", COPY_0001],
            {
                "duplicate": ["02262601700001"],
                "serial_twice": ["0226260170 1"],
                "two_live_numbers": ["student {5}"],
                "holder_shows_another": ["02262601700001 student {5}"],
            },
            id="a number was issued twice",
        ),
        pytest.param(
            [f"UPDATE {NUMBER} SET number = '02262601700099' WHERE {OF_0005}"]
            + [f"UPDATE {STUDENT} SET number = '02262601700099' WHERE id = {HOLDER_OF_0005}"],
            {"not_of_its_series": ["02262601700099"]},
            id="a number is not its serial",
        ),
        pytest.param(
            [f"UPDATE {NUMBER} SET province_id = (SELECT min(id) + 1 FROM xueji_organisation)"]
            + [f"UPDATE {SERIES} SET province_id = (SELECT min(id) FROM xueji_organisation)"],
            {"not_of_its_series": "all"},
            id="a number is of another province",
        ),
        pytest.param(
            [f"UPDATE {NUMBER} SET ended_case_id = NULL WHERE state = 'void' AND refilled"],
            {"unexplained_void": ["02262601700002"]},
            id="nobody knows why a number is void",
        ),
        pytest.param(
            [f"UPDATE {STUDENT} SET number = NULL WHERE id = {HOLDER_OF_0005}"],
            {"holder_shows_another": ["02262601700005 student {5}"]},
            id="a pupil lost the number",
        ),
        pytest.param(
            [f"UPDATE {STUDENT} SET number = '02262601700098' WHERE id = {HOLDER_OF_0005}"],
            {
                "holder_shows_another": ["02262601700005 student {5}"],
                "student_without_live_number": ["02262601700098 student {5}"],
            },
            id="a pupil shows another number",
        ),
        pytest.param(
            [
                f"UPDATE {NUMBER} SET state = 'retired', ends = starts, reason = '转出'"
                f" WHERE {OF_0005}"
            ],
            {"student_without_live_number": ["02262601700005 student {5}"]},
            id="a retired number is still shown",
        ),
        pytest.param(
            [f"UPDATE {NUMBER} SET state = 'given_back' WHERE serial = 3 AND state = 'void'"],
            {"gap": ["02262601700003"], "unexplained_given_back": ["02262601700003"]},
            id="a number in the middle was given back",
        ),
        pytest.param(
            [f"UPDATE {SERIES} SET frozen_at = now(), frozen_by_id = {A_POST} WHERE {KIND}"],
            {"freeze_without_its_act": ["0226260170"]},
            id="nobody knows who froze",
        ),
        pytest.param(
            ["UPDATE xueji_school SET code = '917' WHERE code = '017'"],
            {
                "prefix_not_of_the_codes": [
                    "0226260170，应为 0226269170",
                    "借0226260170，应为 借0226269170",
                ]
            },
            id="the school's code is another",
        ),
    ],
)
def test_each_kind_of_fault_is_found(sound, statements, faults):
    holder = RegisterNumber.objects.get(serial=5).holder_id
    spoil(*statements)
    result, code = check()
    found = {fault["fault"]: sorted(fault["examples"]) for fault in result["faults"]}
    if faults == {"not_of_its_series": "all"}:
        faults = {
            "not_of_its_series": sorted(RegisterNumber.objects.values_list("number", flat=True))
        }
    assert code == 1
    assert found == {
        name: [example.replace("{5}", str(holder)) for example in examples]
        for name, examples in faults.items()
    }
    assert [fault["count"] for fault in result["faults"]] == [
        len(fault["examples"]) for fault in result["faults"]
    ]


@pytest.fixture
def closed(world):
    """0001 to 0003: 0004 took the hole 0002 and gave its number back; frozen and confirmed."""
    making.entrants(world, making.names(4))
    making.void(world, making.issue(world)[1])
    making.renumber(world)
    making.freeze(world)
    making.confirm(world)
    return world


RENUMBERED, ACT = "numbering_renumbered", "numbering_seriesact"
OTHER = f"(SELECT id FROM {NUMBER} WHERE number = '02262601700001')"


def test_a_series_closed_from_its_end_and_frozen_passes(closed):
    figures, code = check()
    assert (figures, code) == (
        {"series": 1, "live": 3, "retired": 0, "void": 1, "holes_open": 0}
        | {"given_back": 1, "historic": 0, "frozen": 1, "faults": []},
        0,
    )


@pytest.mark.parametrize(
    ("statements", "faults"),
    [
        pytest.param(
            [f"DELETE FROM {RENUMBERED}"],
            {"unexplained_given_back": ["02262601700004"]},
            id="nobody knows why a number was given back",
        ),
        pytest.param(
            [f"UPDATE {RENUMBERED} SET taken_id = {OTHER}"],
            {"renumbered_wrongly": ["02262601700004"]},
            id="another pupil took the hole",
        ),
        pytest.param(
            [f"UPDATE {NUMBER} SET state = 'retired' WHERE serial = 4"],
            {"beyond_last": ["02262601700004"], "renumbered_wrongly": ["02262601700004"]},
            id="what was given back stands again",
        ),
        pytest.param(
            [f"UPDATE {ACT} SET kind = 'frozen' WHERE kind = 'renumbered'"],
            {"renumbered_wrongly": ["02262601700004"]},
            id="the act was another",
        ),
        pytest.param(
            [f"UPDATE {ACT} SET at = now() WHERE kind = 'confirmed'"],
            {"freeze_without_its_act": ["0226260170"]},
            id="the confirmation is of another moment",
        ),
        pytest.param(
            [
                f"UPDATE {SERIES} SET frozen_at = NULL, frozen_by_id = NULL,"
                " confirmed_at = NULL, confirmed_by_id = NULL"
            ],
            {"freeze_without_its_act": ["0226260170"]},
            id="the freeze was taken away without a word",
        ),
        pytest.param(
            [
                f"UPDATE {NUMBER} SET state = 'void', ends = starts, reason = '未报到',"
                " ended_case_id = (SELECT min(id) FROM xueji_case) WHERE serial = 3"
            ],
            {
                "holes_changed_after_freeze": ["0226260170"],
                "student_without_live_number": ["02262601700003 student {3}"],
            },
            id="a number was voided after the freeze",
        ),
        pytest.param(
            [
                "UPDATE xueji_post SET user_id = (SELECT user_id FROM xueji_post"
                f" WHERE id = (SELECT frozen_by_id FROM {SERIES}))"
                f" WHERE id = (SELECT confirmed_by_id FROM {SERIES})"
            ],
            {"confirmed_by_who_froze": ["0226260170"]},
            id="one person in two posts",
        ),
    ],
)
def test_each_fault_of_freeze_and_renumbering_is_found(closed, statements, faults):
    holder = RegisterNumber.objects.get(serial=3).holder_id
    spoil(*statements)
    result, code = check()
    found = {fault["fault"]: fault["examples"] for fault in result["faults"]}
    assert code == 1
    assert found == {
        name: [example.replace("{3}", str(holder)) for example in examples]
        for name, examples in faults.items()
    }


def test_of_many_faults_some_are_named_and_all_are_counted(sound):
    Series.objects.filter(kind=SeriesKind.REGISTER).update(last=1000)
    (fault,) = check()[0]["faults"]
    assert (fault["fault"], fault["count"], len(fault["examples"])) == ("gap", 995, 20)


def test_checking_takes_the_same_queries_for_many_schools(sound, django_assert_num_queries):
    for school in ("邻泉小学",):
        making.entrants(sound, making.names(2), school=school)
        making.issue(sound, school)
    with django_assert_num_queries(6):
        assert proved().faults == []
