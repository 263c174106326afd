"""What ``check_rows`` understands of a typed row, and what it says of the rest."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.services.check import Context, check_rows, read
from enrollment.services.context import load
from tests import pupils
from tests.pupils import row
from xueji.organisations.models import Catchment, Division, School, SchoolClass, SchoolYear
from xueji.organisations.queries import Lineage
from xueji.rules.engine import rule_set

TODAY = date(2026, 9, 2)
BOY = pupils.id_number(born=date(2020, 3, 17), order=3)
GIRL = pupils.id_number(born=date(2020, 3, 17), order=2)
NO_DOCUMENT = {
    "id_type": "Z",
    "id_number": "",
    "name": "赵无证",
    "sex": "1",
    "birth_date": "2020-05-05",
    "no_id_reason": "出生医学证明在补办",
    "m1_id_number": pupils.id_number(born=date(1990, 1, 1), order=1),
}


# enough for reading: no query is made
PLAIN = Context(
    lineage=Lineage(school=School(), offices=()),
    rules=rule_set("qianan").at(TODAY),
    today=TODAY,
    year=SchoolYear(year=2026, starts_on=date(2026, 9, 1), ends_on=date(2027, 8, 31)),
    term_starts=date(2026, 9, 1),
    catchment=frozenset(),
    classes={},
)


def check(world, clerk="clerk", **changes):
    context = load(world.school_of(clerk).pk, today=TODAY)
    (checked,) = check_rows([row(**changes)], context)
    return checked


def wrong(checked):
    return {(problem.field, problem.code) for problem in checked.errors}


def test_a_right_row_is_understood_whole(world):
    checked = check(world, id_number=GIRL)

    assert (checked.problems, checked.findings, checked.known, checked.near) == ([], [], None, [])
    assert checked.papers == {"household_book", "property_proof"}
    assert {key: checked.values[key] for key in ("sex", "birth_date", "entered_on", "migrant")} == {
        "sex": "2",
        "birth_date": date(2020, 3, 17),
        "entered_on": date(2026, 9, 1),
        "migrant": False,
    }
    assert checked.members == [
        {
            "name": "王建军",
            "relation": "1",
            "phone": "13931520018",
            "is_guardian": True,
            "id_type": "",
            "id_number": None,
            "hukou_code": "130283103227",
            "hukou_text": "建昌营镇 军屯村",
            "nation": "",
            "address_code": "",
            "address_text": "",
            "relation_note": "",
            "workplace": "",
            "position_held": "",
        }
    ]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({}, set()),
        ({"name": ""}, {("name", "missing")}),
        ({"name": " \u3000 "}, {("name", "missing")}),
        ({"name": "王3"}, {("name", "name.digit")}),
        ({"id_number": ""}, {("id_number", "id.required")}),
        ({"id_number": "13028320200317001X"[:17]}, {("id_number", "id.length")}),
        ({"id_type": ""}, {("id_type", "missing")}),
        ({"id_type": "居民身份证"}, set()),
        ({"id_type": "学生证"}, {("id_type", "unknown_code")}),
        ({"id_number": BOY, "sex": "2"}, {("sex", "id.sex")}),
        ({"id_number": BOY, "sex": "男"}, set()),
        ({"id_number": BOY, "birth_date": "2020-03-18"}, {("birth_date", "id.birth_mismatch")}),
        ({"id_number": BOY, "birth_date": "2020年3月17日"}, set()),
        ({"id_number": BOY, "birth_date": "春天"}, {("birth_date", "date")}),
        ({"nation": "汉"}, set()),
        ({"nation": "99"}, {("nation", "unknown_code")}),
        ({"country": ""}, {("country", "missing")}),
        ({"hukou_text": ""}, {("hukou_text", "missing")}),
        ({"address_text": "村" * 121}, {("address_text", "long")}),
        ({"guardian_hukou_text": "", "guardian_hukou_code": ""}, set()),
        ({"phone": "", "m1_phone": "13931520018"}, set()),
        ({"phone": "1393152001"}, {("phone", "phone.mobile")}),
        ({"phone": "", "m1_phone": ""}, {("m1_phone", "missing")}),
        ({"m1_name": ""}, {("m1_name", "missing")}),
        ({"m1_relation": "邻居"}, {("m1_relation", "unknown_code")}),
        ({"m1_guardian": ""}, {("m1_guardian", "guardian")}),
        ({"m1_guardian": "也许"}, {("m1_guardian", "flag"), ("m1_guardian", "guardian")}),
        ({"m2_name": "李淑芬"}, {("m2_phone", "missing"), ("m2_relation", "missing")}),
        ({"m2_relation": "2", "m2_guardian": "on"}, set()),
        ({"m1_id_number": "123"}, {("m1_id_number", "id.length")}),
        ({"entered_on": "2026-08-31"}, {("entered_on", "date_range")}),
        ({"entered_on": "2027-08-31"}, set()),
        ({"entered_on": "9999-12-31"}, {("entered_on", "date_range")}),
        ({"entered_on": "20261101"}, set()),
        ({"entry_mode": "21"}, set()),
        ({"boarding": "寄宿"}, set()),
        ({"school_class": "一班"}, {("school_class", "class")}),
        ({"migrant": "随便"}, {("migrant", "flag")}),
        (NO_DOCUMENT, set()),
        (NO_DOCUMENT | {"no_id_reason": ""}, {("no_id_reason", "missing")}),
        (NO_DOCUMENT | {"m1_id_number": ""}, {("m1_id_number", "member_id")}),
        (NO_DOCUMENT | {"sex": ""}, {("sex", "missing")}),
        (NO_DOCUMENT | {"birth_date": "1899-12-31"}, {("birth_date", "date_range")}),
        (NO_DOCUMENT | {"birth_date": "2026-09-03"}, {("birth_date", "date_range")}),
        ({"no_id_reason": "因" * 101}, {("no_id_reason", "long")}),
    ],
)
def test_each_field_is_judged_and_the_fault_is_told_at_it(typed, says):
    assert wrong(read(row(**typed), PLAIN)) == says


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": "John Smith"}, [("name", "name.latin")]),
        ({"name": "John Smith", "country": "USA", "compatriot": "51"}, []),
        ({"name": "John Smith", "nation": "44"}, []),
        ({"name": "王梓涵"}, []),
    ],
)
def test_a_han_childs_name_without_characters_is_pointed_out_and_stops_nothing(typed, says):
    checked = read(row(**typed), PLAIN)

    assert [(p.field, p.code) for p in checked.problems] == says
    assert checked.errors == []


HONG_KONG = {"id_type": "6", "id_number": "H12345678", "sex": "2", "birth_date": "2020-03-17"}


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({}, "身份证件类型是香港特区护照/身份证明，港澳台侨外却填了否。"),
        ({"country": "HKG"}, "国籍/地区不是中国，港澳台侨外却填了否。"),
        ({"country": "HKG", "compatriot": "01"}, ""),
        ({"id_type": "A", "compatriot": "11"}, ""),
    ],
)
def test_a_paper_from_outside_that_nothing_else_tells_of_is_pointed_out(typed, says):
    checked = read(row(**HONG_KONG | typed), PLAIN)

    assert [problem.message for problem in checked.problems] == [says] * bool(says)
    assert checked.errors == []


@pytest.mark.parametrize(
    ("typed", "remedy"),
    [
        ({}, "请补填户口所在地。"),
        (HONG_KONG, "请补填户口所在地。没有内地户口的，照证件写国家或地区，如：香港、德国。"),
    ],
)
def test_who_has_no_household_here_is_told_what_to_write(typed, remedy):
    found = read(row(**{"compatriot": "01", **typed, "hukou_text": ""}), PLAIN).errors
    assert [(problem.field, problem.remedy) for problem in found] == [("hukou_text", remedy)]


def test_a_household_outside_has_no_code():
    typed = {"hukou_text": "香港", "hukou_code": "", "country": "HKG", "compatriot": "01"}
    checked = read(row(**HONG_KONG | typed), PLAIN)
    assert (checked.problems, checked.values["hukou_text"]) == ([], "香港")
    assert checked.values["hukou_code"] == ""


FATHER = pupils.id_number(born=date(1990, 1, 1), order=1)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"m1_id_number": FATHER}, set()),
        ({"m1_id_number": BOY}, {("m1_id_number", "own_number")}),
        ({"m1_id_number": BOY, "m1_relation": "97"}, {("m1_id_number", "own_number")}),
        (
            {"m1_id_number": FATHER, "m2_id_number": FATHER, "m2_name": "李淑芬"}
            | {"m2_relation": "2", "m2_phone": "13931520018"},
            {("m2_id_number", "same_number")},
        ),
        (
            {"m1_id_number": pupils.id_number(born=date(2020, 3, 17), order=5)},
            {("m1_id_number", "younger")},
        ),
        ({"m1_id_number": pupils.id_number(born=date(2020, 3, 16), order=5)}, set()),
        (
            {"m1_id_number": pupils.id_number(born=date(2021, 1, 1), order=5), "m1_relation": "71"},
            set(),
        ),
    ],
)
def test_a_members_number_is_no_childs_and_nobody_elses(typed, says):
    assert wrong(read(row(id_number=BOY, **typed), PLAIN)) == says


@pytest.mark.parametrize(
    ("born", "order", "says"),
    [
        (date(1990, 1, 1), 1, []),
        (date(1990, 1, 1), 2, ["关系是父亲，身份证件号却是女性的"]),
        (date(2008, 1, 1), 1, ["父亲的身份证件号说明，学生出生时才 12 岁，不满 14 周岁"]),
    ],
)
def test_what_a_fathers_number_says_is_judged(world, born, order, says):
    checked = check(world, id_number=BOY, m1_id_number=pupils.id_number(born=born, order=order))

    assert [finding.message for finding in checked.warnings] == says


def test_of_a_number_that_is_refused_nothing_more_is_said(world):
    checked = check(world, id_number=BOY, m1_id_number=BOY)

    assert (wrong(checked), checked.warnings) == ({("m1_id_number", "own_number")}, [])


def test_a_wrong_number_alone_is_told_not_what_would_follow_from_it():
    checked = read(row(id_number=BOY[:-1] + ("1" if BOY[-1] != "1" else "2")), PLAIN)

    assert wrong(checked) == {("id_number", "id.check_digit")}
    assert "sex" not in checked.values


def test_a_class_of_the_intake_is_taken_by_its_id_only(world):
    own = SchoolClass.objects.get(school=world.school_of("clerk"), number=1)
    other = SchoolClass.objects.get(school=world.school_of("clerk2"), number=1)

    assert check(world, school_class=str(own.pk)).values["school_class"] == own
    assert wrong(check(world, school_class=str(other.pk))) == {("school_class", "class")}


@pytest.mark.parametrize(
    ("text", "code", "kept"),
    [
        ("建昌营镇 军屯村", "130283103227", "130283103227"),
        ("建昌营镇 军屯村 12 号", "130283103227", "130283103227"),
        ("建昌营镇 军屯村", "", "130283103227"),
        ("建昌营镇 军屯村 12 号", "", "130283103227"),
        ("建昌营镇 清泉村", "130283103227", "130283103228"),
        ("沙河驿镇 某村", "130283103227", ""),
        ("某地", "999999999999", ""),
        ("某地", "'; DROP TABLE", ""),
    ],
)
def test_a_code_stays_only_while_the_text_names_its_place(world, text, code, kept):
    assert check(world, hukou_text=text, hukou_code=code).values["hukou_code"] == kept


def test_a_township_alone_leaves_the_two_unities_open(world):
    Division.objects.create(
        code="130283103000", name="建昌营镇", full_name="建昌营镇", initials="", level="township"
    )
    town = {
        f"{place}_{part}": value
        for place in ("hukou", "address", "guardian_hukou")
        for part, value in (("code", "130283103000"), ("text", "建昌营镇"))
    }
    checked = check(world, **town)

    assert checked.values["hukou_code"] == "130283103000"
    assert [(f.key, f.effect, f.pending) for f in checked.findings] == [
        ("entry.catchment", "warn", False),
        ("entry.two_unities", "record", True),
    ]


OUTSIDE = "现住址（杨各庄镇 上庄村）不在本校服务范围"
NO_VILLAGE = "现住址没有写到村、社区，不能认定是否属于本校服务范围"


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("河北省唐山市迁安市建昌营镇清泉村12号", []),
        ("杨各庄镇上庄村５号", [OUTSIDE]),
        ("河北省唐山市迁安市杨各庄镇上庄村村民委员会", [OUTSIDE]),
        ("建昌营镇 某村", [NO_VILLAGE]),
        ("某地", [NO_VILLAGE]),
        ("", ["还没有填现住址，是否属于本校服务范围待核"]),
    ],
)
def test_a_typed_home_is_judged_as_the_chosen_one(world, address, says):
    checked = check(world, address_text=address, address_code="")

    assert [f.message for f in checked.findings if f.key == "entry.catchment"] == says


def test_a_village_name_of_two_townships_is_not_guessed(world):
    Division.objects.create(
        code="130283101299", name="清泉村", full_name="杨各庄镇 清泉村", level="village"
    )
    checked = check(world, address_text="清泉村 5 号", address_code="")

    assert (checked.values["address_code"], [f.message for f in checked.warnings]) == (
        "",
        [
            "现住址写的地方不止一处，不能认定是否属于本校服务范围："
            "（杨各庄镇 清泉村）、（建昌营镇 清泉村）"
        ],
    )


def test_a_finding_names_places_and_not_codes(world):
    checked = check(world, address_code="130283001006", address_text="永顺街道 迁钢社区 9 号楼")

    assert [finding.message for finding in checked.findings] == [
        "现住址（永顺街道 迁钢社区）不在本校服务范围",
        "学生户口所在地（建昌营镇 军屯村）与现住址（永顺街道 迁钢社区）不一致",
    ]


@pytest.mark.parametrize(
    ("clerk", "papers", "found"),
    [
        ("clerk", {"paper_household_book": "", "paper_property_proof": ""}, ["entry.papers"]),
        ("clerk", {"paper_property_proof": ""}, ["entry.papers"]),
        ("clerk", {"paper_no_such_paper": "1"}, []),
        ("clerk9", {"paper_household_book": "", "paper_property_proof": ""}, []),
    ],
)
def test_papers_are_asked_for_where_the_county_says_so(world, clerk, papers, found):
    there = {}
    if clerk == "clerk9":
        home = {"code": "130284100200", "text": "滦州甲镇 甲村"}
        places = ("hukou", "address", "guardian_hukou")
        there = {f"{place}_{part}": text for place in places for part, text in home.items()}
    checked = check(world, clerk, **there, **papers)

    assert [f.key for f in checked.blocked if f.key != "entry.ineligible"] == found


def test_queries_do_not_grow_with_the_rows(world):
    context = load(world.school_of("clerk").pk, today=TODAY)

    def queries(count):
        rows = [row(id_number=pupils.id_number()) for _ in range(count)]
        with CaptureQueriesContext(connection) as captured:
            check_rows(rows, context)
        return len(captured)

    assert queries(1) == queries(3)


def test_a_school_without_catchment_leaves_it_open(world):
    Catchment.objects.filter(school=world.school_of("clerk")).delete()

    assert [(f.key, f.pending) for f in check(world).findings] == [("entry.catchment", True)]
