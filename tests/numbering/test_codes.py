"""What a series begins with, and every sentence with which numbering is refused."""

from datetime import date

import pytest

from numbering import queries
from numbering.models import CategoryCode, Series, SeriesKind
from numbering.queries import CannotIssue
from numbering.queries.codes import prefix_of
from numbering.services import allocate
from tests.numbering import making
from xueji.organisations.models import StageName

pytestmark = [pytest.mark.django_db, pytest.mark.any_pg]

TODAY = date(2026, 9, 2)
REGISTER, TEMPORARY = SeriesKind.REGISTER, SeriesKind.TEMPORARY
CODES = "《学生学籍管理制度》"


def prefix(world, school, *, stage="primary", year=2026, kind=REGISTER):
    return prefix_of(
        lineage=making.line(world, school), stage=stage, entry_year=year, kind=kind, on=TODAY
    )


@pytest.mark.parametrize(
    ("school", "year", "kind", "begins"),
    [
        ("清泉小学", 2026, REGISTER, "0226260170"),
        ("清泉小学", 2026, TEMPORARY, "借0226260170"),
        ("清泉小学", 2009, REGISTER, "0226090170"),
        ("清泉小学", 2100, REGISTER, "0226000170"),
        ("邻泉小学", 2026, REGISTER, "0226260180"),
        ("迁安城区小学", 2026, REGISTER, "0226261010"),
    ],
)
def test_a_series_begins_with_the_codes(world, school, year, kind, begins):
    assert prefix(world, school, year=year, kind=kind) == begins


@pytest.mark.parametrize(
    ("school", "stage", "office", "begins"),
    [
        ("迁安初级中学", "junior", "迁安市教育局", "0226262017"),
        ("迁安初级中学", "junior", "河北省教育厅", "0226262017"),
        ("滦州甲小学", "primary", "唐山市教育局", "0227260057"),
    ],
)
def test_a_category_digit_that_no_text_states_comes_from_the_table(
    world, school, stage, office, begins
):
    organisation = world.organisations[office]
    CategoryCode.objects.create(organisation=organisation, stage=stage, digit="7")
    assert prefix(world, school, stage=stage) == begins


def test_the_nearest_office_decides_about_the_digit(world):
    for office, digit in (("河北省教育厅", "5"), ("迁安市教育局", "1"), ("唐山市教育局", "3")):
        organisation = world.organisations[office]
        CategoryCode.objects.create(organisation=organisation, stage="junior", digit=digit)
    assert prefix(world, "迁安初级中学", stage="junior") == "0226262011"


def test_the_text_goes_before_the_table(world):
    county = world.organisations["迁安市教育局"]
    CategoryCode.objects.create(organisation=county, stage="primary", digit="9")
    assert prefix(world, "清泉小学") == "0226260170"


@pytest.mark.parametrize(
    ("school", "stage", "sentence"),
    [
        (
            "迁安初级中学",
            "junior",
            "尚未登记本校的学校类别代码，不能编号。请先由教育局登记代码，再编号。"
            f"依据：{CODES}三1“第十位是学校类别代码,小学为‘0’”",
        ),
        (
            "滦州甲小学",
            "primary",
            "尚未登记本校的学校类别代码，不能编号。请先由教育局登记代码，再编号。"
            "依据：文件未规定，按本县设定（可改）：number.category",
        ),
    ],
)
def test_a_missing_category_digit_is_named_with_its_clause(world, school, stage, sentence):
    with pytest.raises(CannotIssue) as refusal:
        prefix(world, school, stage=stage)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("office", ["滦州市教育局", "唐山市教育局"])
def test_a_missing_number_code_of_an_office_is_named(world, office):
    county, prefecture = world.organisations["滦州市教育局"], world.organisations[office]
    CategoryCode.objects.create(organisation=county, stage=StageName.PRIMARY, digit="0")
    prefecture.number_code = ""
    prefecture.save(update_fields=["number_code"])
    with pytest.raises(CannotIssue) as refusal:
        prefix(world, "滦州甲小学")
    name = "县（区）代码" if office == "滦州市教育局" else "市代码"
    assert refusal.value.message == f"尚未登记本校的{name}，不能编号"


def refused(world, change) -> list[str]:
    """What the preview and the allocator itself say after ``change``."""
    (student,) = making.entrants(world, ["王一"])
    change()
    said = []
    for ask in (
        lambda: making.token(world),
        lambda: allocate(
            acting=world.acting("centre"),
            lineage=making.line(world),
            students=[student],
            **making.key(),
        ),
    ):
        with pytest.raises(CannotIssue) as refusal:
            ask()
        said.append(str(refusal.value))
    assert list(Series.objects.filter(numbers__isnull=False)) == []
    return said


def test_a_school_that_is_not_connected_gets_no_number(world):
    school = world.schools["清泉小学"]

    def disconnect():
        school.connected_on = None
        school.save(update_fields=["connected_on"])

    sentence = "清泉小学还没有入网，不能发学籍号。请教育局先核准该校入网。"
    assert refused(world, disconnect) == [sentence, sentence]


def test_a_closed_school_gets_no_number(world):
    node = world.organisations["清泉小学"]

    def close():
        node.closed_on = date(2026, 9, 1)
        node.save(update_fields=["closed_on"])

    sentence = "清泉小学已于 2026-09-01 撤销，不能发学籍号。请先由教育局把学生调整到现在的学校。"
    assert refused(world, close) == [sentence, sentence]


def test_a_school_that_closes_later_still_gets_numbers(world):
    node = world.organisations["清泉小学"]
    node.closed_on = date(2026, 10, 1)
    node.save(update_fields=["closed_on"])
    making.entrants(world, ["王一"])
    assert [row.number for row in making.issue(world)] == ["02262601700001"]


def begun(world, **fields) -> Series:
    return Series.objects.create(
        **{
            "province": world.organisations["河北省教育厅"],
            "unit": world.schools["清泉小学"],
            "prefix": "0226260170",
            **making.key(),
            **fields,
        }
    )


def test_a_series_that_is_full_takes_nobody_more(world):
    begun(world, last=9999)
    sentence = (
        "本校本级学生代码已编到 9999，无号可编。请报教育局处理。"
        f"依据：{CODES}三1“第十一、十二、十三、十四位为学生代码,从0001开始编排”"
    )
    assert refused(world, lambda: None) == [sentence, sentence]


def test_the_last_serial_of_all_is_issued(world):
    begun(world, last=9998)
    making.entrants(world, ["王一"])
    assert [row.number for row in making.issue(world)] == ["02262601709999"]


def test_a_series_with_room_for_some_issues_to_none(world):
    begun(world, last=9998)
    making.entrants(world, ["王一", "王二"])
    with pytest.raises(CannotIssue):
        making.token(world)


def test_a_series_does_not_go_on_under_other_codes(world):
    begun(world, prefix="0226260990", last=3)
    sentence = (
        "号段原为 0226260990，现行代码应为 0226260170，两者不一致，不能续编。"
        "请教育局核对市、县、学校和类别代码。"
    )
    assert refused(world, lambda: None) == [sentence, sentence]


def test_a_series_of_another_year_is_another_series(world):
    begun(world, prefix="0226250170", last=80, entry_year=2025)
    making.entrants(world, ["王一"])
    (row,) = making.issue(world)
    assert (row.number, row.series.entry_year) == ("02262601700001", 2026)
    assert queries.find_series(school_id=row.series.unit_id, **making.key()) == row.series
