from datetime import date

import pytest

from enrollment.rules import months_old, papers_demanded, register_type, route_key
from tests.enrollment.facts import HOME, NEXT_VILLAGE, ON, PASSES, child, found, migrant, told
from xueji.rules.engine import judge, rule_set

RULE_TABLES = {
    "entry.catchment": "test_the_home_lies_in_the_catchment",
    "entry.two_unities": "test_hukou_of_child_and_guardian_and_home_are_one",
    "entry.underage": "test_a_first_grader_is_six_by_the_end_of_august",
    "entry.overage": "test_a_first_grader_is_a_child",
    "entry.grade_age": "test_who_begins_in_a_later_grade_is_as_old_as_the_cohort",
    "entry.papers": "test_a_resident_child_shows_household_book_and_property_proof",
    "entry.migrant": "test_a_migrant_child_goes_to_a_designated_school",
    "entry.migrant.papers": "test_a_migrant_child_shows_permit_and_job_or_licence",
    "entry.register_type": "test_the_kind_of_register_follows_from_migration",
    "entry.ineligible": "test_whatever_blocks_makes_ineligible",
}
TO_COUNTY = "可申请例外，由教育局决定；学校不能自行放行"


def test_nothing_is_said_of_a_child_who_fits():
    assert judge("entry", PASSES, rule_set("qianan").at(ON)) == []


def test_nothing_is_said_of_a_migrant_child_who_fits():
    assert judge("entry", migrant(), rule_set("qianan").at(ON)) == []


OUTSIDE = [("warn", f"现住址（{NEXT_VILLAGE}）不在本校服务范围")]
NO_VILLAGE = [("warn", "现住址没有写到村、社区，不能认定是否属于本校服务范围")]
NO_HOME = [("record", "还没有填现住址，是否属于本校服务范围待核")]
TWO_HOMES = [
    (
        "warn",
        f"现住址写的地方不止一处，不能认定是否属于本校服务范围：（{HOME}）、（{NEXT_VILLAGE}）",
    )
]
OTHER_COUNTY = [("warn", "现住址（130284000000）不在本校服务范围")]
OPEN_SCHOOL = [("record", "本校服务范围尚未登记，是否属于本校服务范围待核")]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (child(address_code=HOME), []),
        (child(address_code=NEXT_VILLAGE), OUTSIDE),
        (child(catchment=frozenset({HOME, NEXT_VILLAGE}), address_code=NEXT_VILLAGE), []),
        (child(address_code=""), NO_VILLAGE),
        (child(address_code="130283103"), NO_VILLAGE),
        (child(address_code="130284"), OTHER_COUNTY),
        (child(address_code="", address_choices=(HOME, NEXT_VILLAGE)), TWO_HOMES),
        (child(address_code="", has_address=False), NO_HOME),
        (child(has_catchment=False, catchment=frozenset()), OPEN_SCHOOL),
        (child(has_catchment=False, catchment=frozenset(), school_kind="special"), []),
        (child(address_code=NEXT_VILLAGE, school_kind="special"), OUTSIDE),
        (migrant(address_code=NEXT_VILLAGE), []),
        (child(stage="junior", grade=7, address_code=NEXT_VILLAGE), OUTSIDE),
    ],
)
def test_the_home_lies_in_the_catchment(facts, says):
    assert told("entry.catchment", facts) == says


GUARDIAN = f"学生户口所在地（{HOME}）与监护人户口所在地（{NEXT_VILLAGE}）不一致"
ADDRESS = f"学生户口所在地（{HOME}）与现住址（{NEXT_VILLAGE}）不一致"
OPEN = "缺 12 位区划代码，两个统一待核"
BOTH = f"学生户口所在地、监护人户口所在地{OPEN}"
FROM_AFAR = f"学生户口所在地（130284000000）与%s（{HOME}）不一致"


@pytest.mark.parametrize(
    ("hukou", "guardian", "address", "says"),
    [
        (HOME, HOME, HOME, []),
        (HOME, NEXT_VILLAGE, HOME, [("warn", GUARDIAN)]),
        (HOME, HOME, NEXT_VILLAGE, [("warn", ADDRESS)]),
        (HOME, NEXT_VILLAGE, NEXT_VILLAGE, [("warn", GUARDIAN), ("warn", ADDRESS)]),
        (HOME, "", HOME, [("record", f"监护人户口所在地{OPEN}")]),
        (HOME, HOME, "", [("record", f"现住址{OPEN}")]),
        ("", HOME, HOME, [("record", f"学生户口所在地{OPEN}")]),
        ("", "", "", [("record", f"学生户口所在地、监护人户口所在地、现住址{OPEN}")]),
        (HOME, "130283", HOME, [("record", f"监护人户口所在地{OPEN}")]),
        (HOME, "", NEXT_VILLAGE, [("record", f"监护人户口所在地{OPEN}"), ("warn", ADDRESS)]),
        (HOME, NEXT_VILLAGE, "", [("record", f"现住址{OPEN}"), ("warn", GUARDIAN)]),
        (
            "130284",
            HOME,
            HOME,
            [("warn", FROM_AFAR % "监护人户口所在地"), ("warn", FROM_AFAR % "现住址")],
        ),
        ("130284", "130284", HOME, [("record", BOTH), ("warn", FROM_AFAR % "现住址")]),
    ],
)
def test_hukou_of_child_and_guardian_and_home_are_one(hukou, guardian, address, says):
    facts = child(hukou_code=hukou, guardian_hukou_code=guardian, address_code=address)

    assert told("entry.two_unities", facts) == says


@pytest.mark.parametrize(
    ("foreign", "remedy"),
    [
        (False, "选定到村、社区后自动核对"),
        (True, "没有内地户口的，由签署人看证件和住址核对；有的选定到村、社区"),
    ],
)
def test_who_may_have_no_household_here_is_not_sent_to_look_for_a_village(foreign, remedy):
    facts = child(hukou_code="", guardian_hukou_code="", foreign=foreign)
    remedies = [f.remedy for f in found(facts) if f.key == "entry.two_unities"]
    assert remedies == [remedy]


def test_a_migrant_childs_hukou_is_elsewhere_by_nature():
    assert told("entry.two_unities", migrant(guardian_hukou_code="")) == []


def test_what_is_open_is_marked_so_and_warns_nobody():
    [finding] = found(child(guardian_hukou_code=""))

    assert (finding.pending, finding.grant, finding.field) == (True, "", "guardian_hukou_code")


def _old(born, age):
    return [("warn", f"{born}出生，到 2026 年 8 月 31 日{age}，已满 9 周岁")]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (child(birth_date=date(2017, 9, 1)), []),
        (child(birth_date=date(2017, 8, 31)), _old("2017 年 8 月 31 日", "为 9 岁 0 个月")),
        (child(birth_date=date(1990, 3, 17)), _old("1990 年 3 月 17 日", "为 36 岁 5 个月")),
        (child(birth_date=date(1990, 3, 17), stage="junior", grade=7), []),
        (child(birth_date=date(1990, 3, 17), grade=2), []),
        (child(birth_date=None), []),
    ],
)
def test_a_first_grader_is_a_child(facts, says):
    assert told("entry.overage", facts) == says


def _young(born, age):
    return [("warn", f"{born}出生，到 2026 年 8 月 31 日{age}，不足 6 周岁")]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (child(birth_date=date(2020, 8, 30)), []),
        (child(birth_date=date(2020, 8, 31)), []),
        (child(birth_date=date(2020, 9, 1)), _young("2020 年 9 月 1 日", "为 5 岁 11 个月")),
        (child(birth_date=date(2020, 9, 6)), _young("2020 年 9 月 6 日", "为 5 岁 11 个月")),
        (child(birth_date=date(2021, 8, 31)), _young("2021 年 8 月 31 日", "为 5 岁 0 个月")),
        (child(birth_date=date(2019, 9, 1)), []),
        (child(birth_date=date(2020, 2, 29)), []),
        (child(birth_date=date(2022, 2, 28)), _young("2022 年 2 月 28 日", "为 4 岁 6 个月")),
        (child(birth_date=date(2026, 9, 1)), _young("2026 年 9 月 1 日", "尚未出生")),
        (child(birth_date=date(2020, 8, 31), entry_year=2027), []),
        (child(birth_date=date(2021, 8, 31), entry_year=2027), []),
        (child(birth_date=None), []),
        (child(birth_date=date(2020, 9, 1), grade=2), []),
        (child(birth_date=date(2020, 9, 1), grade=7, stage="junior"), []),
        (child(birth_date=date(2020, 9, 1), grade=1, stage="junior"), []),
        (migrant(birth_date=date(2020, 9, 1)), _young("2020 年 9 月 1 日", "为 5 岁 11 个月")),
    ],
)
def test_a_first_grader_is_six_by_the_end_of_august(facts, says):
    assert told("entry.underage", facts) == says


def test_only_the_county_decides_on_an_under_age_child():
    [finding] = found(child(birth_date=date(2020, 9, 6)))

    assert (finding.field, finding.remedy, finding.grant) == (
        "birth_date",
        TO_COUNTY,
        "county_officer",
    )
    assert finding.citation == "《学生学籍管理制度》二（一）“小学一般不接受不足龄的儿童入学”"


@pytest.mark.parametrize(
    ("born", "on", "months"),
    [
        (date(2020, 8, 31), date(2026, 8, 31), 72),
        (date(2020, 9, 1), date(2026, 8, 31), 71),
        (date(2020, 2, 29), date(2026, 2, 28), 71),
        (date(2020, 2, 29), date(2026, 3, 1), 72),
        (date(2020, 2, 29), date(2024, 2, 29), 48),
    ],
)
def test_months_count_from_anniversary_to_anniversary(born, on, months):
    assert months_old(born, on) == months


def _third(born):
    """A child who begins in the third grade of 2026: of the cohort of 2024."""
    return child(birth_date=born, grade=3, entry_year=2024)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (child(), []),
        (child(birth_date=None, grade=3, entry_year=2024), []),
        (_third(date(2018, 8, 31)), []),
        (
            _third(date(2018, 9, 1)),
            "2018 年 9 月 1 日出生，2024 级入学时（2024 年 8 月 31 日）不足 6 周岁，年龄与年级不符",
        ),
        (_third(date(2015, 9, 1)), []),
        (
            _third(date(2015, 8, 31)),
            "2015 年 8 月 31 日出生，2024 级入学时（2024 年 8 月 31 日）已满 9 周岁，"
            "年龄与年级不符",
        ),
    ],
)
def test_who_begins_in_a_later_grade_is_as_old_as_the_cohort(facts, says):
    assert told("entry.grade_age", facts) == ([("warn", says)] if says else [])


BOOK, PROOF = "household_book", "property_proof"


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (child(papers=frozenset({BOOK, PROOF})), []),
        (child(papers=frozenset({BOOK})), [("block", "缺房产证明")]),
        (child(papers=frozenset({PROOF})), [("block", "缺户口簿")]),
        (child(papers=frozenset()), [("block", "缺户口簿、房产证明")]),
        (child(papers=frozenset({BOOK, "residence_permit"})), [("block", "缺房产证明")]),
        (child(papers=frozenset(), grade=3), [("block", "缺户口簿、房产证明")]),
        (child(papers=frozenset({BOOK, "waiver_proof"})), [("warn", "缺房产证明")]),
        (child(papers=frozenset({BOOK, PROOF, "waiver_proof"})), []),
        (child(papers=frozenset(), stage="junior", grade=7), []),
        (migrant(papers=frozenset()), []),
    ],
)
def test_a_resident_child_shows_household_book_and_property_proof(facts, says):
    assert told("entry.papers", facts) == says


def test_a_migrant_childs_papers_are_let_off_by_nobody():
    facts = migrant(papers=frozenset({"waiver_proof"}))

    assert [effect for effect, _ in told("entry.migrant.papers", facts)] == ["block"]


@pytest.mark.parametrize(
    ("facts", "blocked"),
    [
        (migrant(designated_for_borrowed=True), False),
        (migrant(designated_for_borrowed=False), True),
        (child(designated_for_borrowed=False), False),
        (child(designated_for_borrowed=True), False),
    ],
)
def test_a_migrant_child_goes_to_a_designated_school(facts, blocked):
    says = [("block", "流动儿童不能在本校登记：本校不是教育局指定的借读学校")]

    assert told("entry.migrant", facts) == (says if blocked else [])
    assert told("entry.migrant", facts, "national") == []


PERMIT, JOB, LICENCE = "residence_permit", "job_proof", "business_licence"


@pytest.mark.parametrize(
    ("papers", "lacks"),
    [
        ({BOOK, PERMIT, JOB}, ""),
        ({BOOK, PERMIT, LICENCE}, ""),
        ({BOOK, PERMIT, JOB, LICENCE}, ""),
        ({BOOK, PERMIT}, "缺就业证明或营业执照"),
        ({BOOK, JOB}, "缺暂住证"),
        ({BOOK, JOB, LICENCE}, "缺暂住证"),
        ({PERMIT, LICENCE}, "缺户口簿"),
        ({BOOK}, "缺暂住证、就业证明或营业执照"),
        ({PROOF}, "缺户口簿、暂住证、就业证明或营业执照"),
    ],
)
def test_a_migrant_child_shows_permit_and_job_or_licence(papers, lacks):
    says = [("block", lacks)] if lacks else []

    assert told("entry.migrant.papers", migrant(papers=frozenset(papers))) == says
    assert told("entry.migrant.papers", child(papers=frozenset(papers))) == []


@pytest.mark.parametrize(
    ("rules", "is_migrant", "register", "says"),
    [
        ("qianan", False, "regular", []),
        ("qianan", False, "borrowed_temp", [("block", "本地学生应建正式学籍")]),
        ("qianan", True, "borrowed_temp", []),
        ("qianan", True, "regular", [("block", "流动儿童应建临时借读学籍")]),
        ("national", False, "regular", []),
        ("national", False, "borrowed_temp", [("block", "本地学生应建正式学籍")]),
        ("national", True, "regular", []),
        ("national", True, "borrowed_temp", [("block", "流动儿童应建正式学籍")]),
    ],
)
def test_the_kind_of_register_follows_from_migration(rules, is_migrant, register, says):
    facts = child(migrant=is_migrant, register_type=register)

    assert told("entry.register_type", facts, rules) == says


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (child(), []),
        (child(birth_date=date(2020, 9, 1), address_code=NEXT_VILLAGE), []),
        (child(papers=frozenset()), ["尚未核验，还不能提交：入学材料"]),
        (
            child(papers=frozenset(), same_id=1),
            ["不符合入学条件，不得接受：入学材料、重复建籍"],
        ),
        (
            migrant(designated_for_borrowed=False),
            ["不符合入学条件，不得接受：流动儿童入学"],
        ),
    ],
)
def test_whatever_blocks_makes_ineligible(facts, says):
    judged = judge("entry", facts, rule_set("qianan").at(ON))

    assert [f.message for f in judged if f.key == "entry.ineligible"] == says


def test_the_summing_up_comes_last_and_cites_its_own_clause():
    last = judge("entry", child(papers=frozenset()), rule_set("qianan").at(ON))[-1]

    assert (last.key, last.effect, last.field) == ("entry.ineligible", "block", "")
    assert last.citation == (
        "《学生学籍管理制度》二（一）"
        "“教育局和各小学相关工作人员要严格审查学生身份,对不符合入学条件的学生一律不得接受”"
    )


def test_where_only_the_national_text_holds_county_rules_are_silent():
    facts = child(address_code=NEXT_VILLAGE, guardian_hukou_code="", papers=frozenset())

    assert judge("entry", facts, rule_set("national").at(ON)) == []


def test_no_field_takes_a_test_mark_at_entry():
    assert [name for name in vars(PASSES) if "test" in name or "score" in name] == []


@pytest.mark.parametrize(
    ("rules", "is_migrant", "register", "papers"),
    [
        ("qianan", False, "regular", ((BOOK,), (PROOF,))),
        ("qianan", True, "borrowed_temp", ((BOOK,), (PERMIT,), (JOB, LICENCE))),
        ("national", True, "regular", ()),
    ],
)
def test_the_form_asks_for_what_the_rules_want(rules, is_migrant, register, papers):
    in_force = rule_set(rules).at(ON)

    assert register_type(migrant=is_migrant, rules=in_force) == register
    assert papers_demanded(migrant=is_migrant, rules=in_force) == papers


@pytest.mark.parametrize(
    ("authority", "roles"),
    [
        ("centre", ["clerk", "principal", "centre_officer", "county_officer"]),
        ("county", ["clerk", "principal", "county_officer", "county_head"]),
        ("prefecture", ["clerk", "principal", "prefecture_officer"]),
        ("province", ["clerk", "principal", "province_officer"]),
    ],
)
@pytest.mark.parametrize("rules", ["qianan", "national"])
def test_the_route_follows_the_schools_authority(rules, authority, roles):
    route = rule_set(rules).at(ON).value(route_key(authority))

    assert [step["role"] for step in route] == roles
