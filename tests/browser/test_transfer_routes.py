"""Every route of a transfer in a browser, from the request to the placed pupil.

On the way a return, a refusal, a cancellation, an exception, an undoing and a stuck case. Only in
the long run: what a page says and does is tested one by one in tests/transfers.
"""

import pytest
from playwright.sync_api import expect

from tests import pupils
from tests.browser.people import People
from tests.conduct import entries
from tests.jobs.processes import LONG
from tests.transfers.movers import class_of, numbered
from tests.transfers.test_counties import NATIONAL, names
from tests.world import hire
from xueji.cases.models import Case
from xueji.ledger.check import check
from xueji.students.models import Status, Student

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not LONG, reason="walked at length"),
]
CHILD = "单雄信"
TAKES = "核实无误，接收"
SEAT, NEW_SEAT = "一（1）班（现有 0 人，班额 45）", "一（1）班（2026 级，现有 0 人，班额 45）"
OUTSIDE = {"to": "海港区文化路小学", "office": "秦皇岛市海港区教育局"}

# of who comes from outside: what is typed and what is chosen, by code where there is one
TYPED = {
    "联系电话": "13931520018",
    "邮政编码": "064400",
    "上下学距离": "0.8",
    "成员1姓名": "单建军",
    "成员1联系电话": "13931520018",
}
CHOSEN = {
    "身份证件类型": "1",
    "民族": "01",
    "国籍/地区": "CHN",
    "港澳台侨外": "00",
    "健康状况": "10",
    "户口性质": "1",
    "入学方式": "11",
    "就读方式": "1",
    "是否独生子女": "0",
    "是否受过学前教育": "1",
    "是否留守儿童": "0",
    "是否孤儿": "0",
    "是否烈士或优抚子女": "0",
    "是否需要申请资助": "0",
    "是否享受一补": "0",
    "上下学方式": "5",
    "是否需要乘坐校车": "0",
    "成员1关系": "1",
    "成员1是否监护人": "1",
}


@pytest.fixture(scope="module")
def known() -> set[tuple[int, str]]:
    """How pages were built that were found accessible on other routes."""
    return set()


@pytest.fixture
def people(site, window, known):
    """The whole world at its screens; at the end nothing was wrong with any page or register."""
    hire(site, "county-head9", "county_head", "滦州市教育局")
    people = People(site, window, known)
    yield people
    assert people.faults == []
    assert check()["faults"] == []


def is_placed(site, child: Student, school: str) -> None:
    child.refresh_from_db()
    assert (child.school, child.school_class) == (site.schools[school], class_of(site, school))


def comes_from_luanzhou(site) -> Student:
    return pupils.enrolled(site, "clerk9", **pupils.LUANZHOU, name=CHILD)


# -- 迁安 ----------------------------------------------------------------------------------------
def test_from_a_township_to_town_returned_by_the_new_school_and_by_the_office(site, people):
    child = numbered(site, name=CHILD)
    people("clerk").asks(CHILD, "迁安城区小学")
    people("county").sees(CHILD, "清泉小学 校长")
    people.sign(CHILD, "principal", "centre", "county")
    back = {"verdict": "核实不了，退回核准的单位", "note": "证明上的出生日期与户口簿不符"}
    people("urban").answer(CHILD, **back)
    people("urban").sees(CHILD, "迁安市教育局 教育科", show="转入")
    people("county").sign(CHILD, "退回补正", "请更正证明")
    people("clerk").mends(CHILD, "请更正证明")
    people("clerk").send()
    people.sign(CHILD, "principal", "centre", "county")
    people("urban").answer(CHILD, TAKES, into=SEAT)
    people.sign(CHILD, "urban-principal")
    is_placed(site, child, "迁安城区小学")
    assert Case.objects.get(kind="transfer").round == 3


def test_from_town_to_a_township_with_an_exception_of_the_county(site, people):
    child = pupils.enrolled(site, "urban", **pupils.URBAN, name=CHILD)
    entries.record(site, child, entries.sanction(), "urban")
    papers = ("户口簿", "房产证明")
    people("urban").asks(CHILD, "清泉小学", papers, exception="全家已迁回建昌营镇，处分期满解除")
    people.sign(CHILD, "urban-principal")
    people("county").turn_of(CHILD)
    people("county").reads("申请理由：全家已迁回建昌营镇，处分期满解除")
    people("county").sign(CHILD, note="情况属实，准予例外")
    people("clerk").answer(CHILD, TAKES, into=SEAT)
    people.sign(CHILD, "principal")
    is_placed(site, child, "清泉小学")


def test_within_a_township_cancelled_once_and_undone_after_all(site, people):
    child = numbered(site, name=CHILD)
    number = child.number
    people("clerk").asks(CHILD, "邻泉小学")
    people("clerk").end(CHILD, "withdraw")
    people("clerk").reads("已撤回")
    people("clerk").asks(CHILD, "邻泉小学")
    people.sign(CHILD, "principal", "centre")
    people("clerk1b").answer(CHILD, TAKES, into=SEAT)
    people.sign(CHILD, "principal1b")
    is_placed(site, child, "邻泉小学")

    people("centre").end(CHILD, "undo", why="办错学校，家长要转的是另一所")
    people("centre").reads("已撤销")
    is_placed(site, child, "清泉小学")
    assert child.number == number


def test_out_of_the_register_refused_once_and_the_receipt_recorded(site, people):
    child = numbered(site, name=CHILD)
    people("clerk").asks(CHILD, **OUTSIDE)
    people.sign(CHILD, "principal", "centre")
    people("county").sign(CHILD, "不同意", "没有接收证明")
    people("clerk").go("业务待办", "已了结")
    people("clerk").follow(CHILD)
    people("clerk").reads("没有接收证明")

    people("clerk").asks(CHILD, **OUTSIDE)
    people.sign(CHILD, "principal", "centre", "county")
    people("clerk").go("转学", "待回执")
    people("clerk").follow(CHILD)
    people("clerk").follow("登记回执")
    people("clerk").fill({"回执内容": "海港区文化路小学一（2）班"})
    people("clerk").press("登记回执")
    people("clerk").reads("已登记回执")
    people("county").go("转学", "待回执")
    people("county").reads("没有等回执的学生")
    child.refresh_from_db()
    assert (child.status, child.school) == (Status.TRANSFERRED, None)


def test_into_the_register_with_the_whole_entry(site, people):
    comes_from_outside(people("clerk"), "军屯")
    people("clerk").send(("户口簿", "房产证明"))
    people("clerk").sees(CHILD, "清泉小学 校长", show="转入")
    people.sign(CHILD, "principal", "county", "principal")
    is_placed(site, Student.objects.get(), "清泉小学")


def comes_from_outside(person, village: str, **more: str) -> None:
    """A first-grader whom the register does not know, typed item by item."""
    person.finds(pupils.id_number(), CHILD)
    person.reads("没有登记过")
    person.fill({"原就读学校": OUTSIDE["to"], "该校主管部门": OUTSIDE["office"], **more})
    person.choose({"在原学校的年级": "一年级", "编入班级": NEW_SEAT})
    person.tick("户口及家庭住址迁移")
    person.unfold()
    for label in ("户口所在地", "现住址", "出生地"):
        person.take_place(label, village)
    person.fill(TYPED)
    person.choose(CHOSEN)


# -- 两县之间 --------------------------------------------------------------------------------------
def test_from_the_second_county_the_receiving_school_starts_and_both_counties_sign(site, people):
    child = comes_from_luanzhou(site)
    people("clerk").finds(child.id_number, CHILD)
    people("clerk").reads("滦州市")
    people("clerk").choose({"编入班级": NEW_SEAT})
    people("clerk").tick("工作调动")
    people("clerk").send(("户口簿", "房产证明"))
    people.sign(CHILD, "principal")
    people("clerk9").sees(CHILD, "滦州甲小学 学籍管理员")
    people("clerk9").answer(CHILD)
    people.sign(CHILD, "principal9", "county9", "county-head9", "county", "principal")
    is_placed(site, child, "清泉小学")


def test_to_the_second_county_by_the_route_of_either(site, people):
    child = numbered(site, name=CHILD)
    people("clerk").asks(CHILD, "滦州甲小学")
    people.sign(CHILD, "principal", "centre", "county", "county9")
    people("clerk").sees(CHILD, "滦州市教育局 主管领导")
    people("county-head9").sign(CHILD)
    people("clerk9").answer(CHILD, TAKES, into=SEAT)
    people.sign(CHILD, "principal9")
    is_placed(site, child, "滦州甲小学")


def test_a_stuck_case_is_closed_by_the_county(site, people):
    child = numbered(site, name=CHILD)
    people("clerk").asks(CHILD, "上庄小学")
    people("county").end(CHILD, "close", why="学校已停办，无人签署")
    people("county").reads("已关闭")
    child.refresh_from_db()
    assert child.school == site.schools["清泉小学"]


# -- 晋州、陵城 -----------------------------------------------------------------------------
def test_jinzhou_from_outside_with_four_stamps_and_the_national_number(site, people):
    names("滦州市教育局", "jinzhou")
    comes_from_outside(people("clerk9"), "甲村", 全国学籍号=NATIONAL)
    people("clerk9").send(("盖齐四个章的转学表",))
    people.sign(CHILD, "principal9", "county9", "principal9")
    is_placed(site, Student.objects.get(), "滦州甲小学")


def test_lingcheng_by_all_four_parties_returned_by_the_former_school(site, people):
    child = numbered(site, name=CHILD)
    names("迁安市教育局", "lingcheng")
    taker = people("clerk2")
    taker.finds(child.id_number, CHILD)
    taker.choose({"编入班级": NEW_SEAT})
    taker.tick("部队转业复员")
    taker.send(("家长调令", "市区居民户口证明", "学籍档案"))
    people.sign(CHILD, "principal2")
    people("clerk").answer(CHILD, "退回补正", note="调令不是原件")
    taker.mends(CHILD, "调令不是原件")
    expect(taker.page.get_by_label("部队转业复员")).to_be_checked()
    taker.send()
    people.sign(CHILD, "principal2")
    people("clerk").answer(CHILD)
    people.sign(CHILD, "principal", "county", "county-head", "principal2")
    is_placed(site, child, "上庄小学")
