"""The entry form at work: what is derived, brought along and kept while one goes on typing."""

import re
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, Route, expect

from tests.pupils import id_number
from xueji.cases.models import Case, CaseForm, State
from xueji.students.models import Student

pytestmark = pytest.mark.browser
SLOW = 0.8  # seconds that an answer takes on a bad line
# a form that is left is saved once more, which would come after the end of the test
AS_IF_SENT = "document.getElementById('entry')?.dispatchEvent(new Event('submit', {bubbles: true}))"


@pytest.fixture
def form(site, window) -> Iterator[Page]:
    """An empty form of a clerk who has just come in."""
    clerk = Client()
    clerk.force_login(site.posts["clerk"].user)
    name = settings.SESSION_COOKIE_NAME
    page = window()
    session = {"name": name, "value": clerk.cookies[name].value, "url": site.url}
    page.context.add_cookies([session])
    page.goto(f"{site.url}/enrollment/new/")
    yield page
    page.unroute_all(behavior="wait")
    page.evaluate(AS_IF_SENT)


def slowly(page: Page) -> None:
    """Let every answer to the checks take a while."""

    def late(route: Route) -> None:
        answer = route.fetch()
        time.sleep(SLOW)
        route.fulfill(response=answer)

    page.route("**/enrollment/check/", late)


def take_first(page: Page, typed: str) -> None:
    """Type into the place one is in, and take the only option."""
    page.keyboard.type(typed)
    expect(page.locator(".choose-list li:visible")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.name")


def test_enter_moves_on_the_number_tells_the_rest_and_f2_takes_the_same_household(form):
    keys = form.keyboard
    keys.type(id_number(order=2))
    expect(form.locator("#derived")).to_contain_text("性别女")
    keys.press("Enter")
    keys.type("王梓涵")
    keys.press("Alt+2")
    assert focused(form) == "hukou_text"
    take_first(form, "军屯")
    expect(form.locator("#id_hukou_code")).to_have_value("130283103227")
    keys.press("Enter")
    assert focused(form) == "hukou_kind"

    form.get_by_role("button", name="同户口所在地").click()
    expect(form.locator("#id_address_code")).to_have_value("130283103227")
    assert focused(form) == "address_text"
    keys.press("Enter")
    keys.press("F2")
    expect(form.locator("#id_guardian_hukou_text")).to_have_value("建昌营镇 军屯村")
    expect(form.locator("#id_guardian_hukou_code")).to_have_value("130283103227")


def test_a_place_is_taken_only_after_one_moved_to_it_and_the_house_number_follows(form):
    place, code = form.get_by_label("户口所在地", exact=True), form.locator("#id_hukou_code")
    options = form.locator(".choose-list li:visible")
    place.click()
    form.keyboard.type("村")
    expect(options).not_to_have_count(0)
    expect(form.locator("[aria-selected='true']")).to_have_count(0)
    form.keyboard.press("Enter")
    assert focused(form) == "hukou_kind"
    assert (place.input_value(), code.input_value()) == ("村", "")

    place.fill("")
    form.keyboard.type("村")
    expect(options).not_to_have_count(0)
    first = options.first.get_attribute("data-text")
    form.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    form.keyboard.press("Enter")
    assert focused(form) == "hukou_text"
    form.keyboard.type("12 号")
    assert place.input_value() == f"{first}12 号"
    assert code.input_value() != ""
    form.keyboard.press("Enter")
    assert focused(form) == "hukou_kind"


def test_what_was_moved_to_is_forgotten_when_one_types_on(form):
    place = form.get_by_label("户口所在地", exact=True)
    place.click()
    form.keyboard.type("村")
    expect(form.locator(".choose-list li:visible")).not_to_have_count(0)
    form.keyboard.press("ArrowDown")
    form.keyboard.type("x")
    form.keyboard.press("Enter")
    assert place.input_value() == "村x"


def test_a_remark_beside_a_field_goes_once_the_field_is_right(form):
    form.keyboard.type(id_number())
    phone = form.get_by_label("成员1联系电话", exact=True)
    phone.fill("139315200181")
    form.get_by_role("button", name="提交", exact=True).click()
    expect(form.locator("#id_m1_phone_error")).to_contain_text("现在是 12 位")
    expect(phone).to_have_attribute("aria-invalid", "true")

    phone.fill("13931520018")

    expect(form.locator("#id_m1_phone_error")).to_be_empty()
    expect(phone).not_to_have_attribute("aria-invalid", "true")
    expect(form.locator("#id_name_error")).to_contain_text("还没有填姓名。")


def test_the_draft_is_kept_while_one_types_and_a_reload_goes_on_with_it(form):
    form.keyboard.type(id_number())
    expect(form.get_by_text(re.compile("草稿已存"))).to_be_visible()
    case = Case.objects.get()
    expect(form).to_have_url(re.compile(f"/enrollment/{case.number}/edit/$"))

    form.get_by_label("姓名", exact=True).fill("王梓涵")
    expect(form.locator("#entry-version")).to_have_value("2")
    form.reload()

    expect(form.get_by_label("姓名", exact=True)).to_have_value("王梓涵")
    assert (CaseForm.objects.get().version, case.student_id) == (2, None)


def test_what_is_typed_while_an_answer_is_on_its_way_stays(form):
    slowly(form)
    form.keyboard.type(id_number())
    form.get_by_label("户口簿", exact=True).check()
    with form.expect_response("**/enrollment/check/"):
        form.get_by_label("身份证件类型", exact=True).select_option("A")
        form.get_by_label("房产证明", exact=True).check()
        form.get_by_label("姓名", exact=True).fill("王梓涵")
    with form.expect_response("**/enrollment/check/"):
        form.get_by_label("姓名", exact=True).press("Enter")
        form.get_by_label("国籍/地区", exact=True).focus()

    for paper in ("户口簿", "房产证明"):
        expect(form.get_by_label(paper, exact=True)).to_be_checked()
    expect(form.get_by_label("姓名", exact=True)).to_have_value("王梓涵")
    expect(form.get_by_label("出生日期", exact=True)).to_be_visible()


def test_a_field_one_is_typing_in_is_never_replaced(form):
    form.get_by_label("身份证件类型", exact=True).select_option("A")
    born = form.get_by_label("出生日期", exact=True)
    expect(born).to_be_visible()
    slowly(form)
    form.keyboard.press("Tab")
    born.click()
    form.keyboard.type("2020-0")
    form.wait_for_timeout(1000 * SLOW + 1500)
    form.keyboard.type("3-17")

    expect(born).to_have_value("2020-03-17")


def test_a_reason_survives_the_answer_that_brought_its_field(form):
    form.keyboard.type(id_number())
    for label, place in (("户口所在地", "军屯"), ("现住址", "迁钢")):
        form.get_by_label(label, exact=True).click()
        take_first(form, place)
    reason = form.get_by_label("申请例外的理由：两个统一", exact=True)
    expect(reason).to_be_visible()
    slowly(form)
    reason.fill("父母在城区租房")
    form.get_by_label("姓名", exact=True).fill("王梓涵")
    form.wait_for_timeout(1000 * SLOW + 1500)

    expect(reason).to_have_value("父母在城区租房")


def test_the_next_pupil_takes_values_of_the_one_before(form, site):
    keys = form.keyboard
    keys.type(id_number())
    form.get_by_label("姓名", exact=True).fill("王梓涵")
    for label in ("户口所在地", "现住址", "监护人户口所在地", "出生地"):
        form.get_by_label(label, exact=True).click()
        take_first(form, "军屯")
    for label, value in (("邮政编码", "064400"), ("上下学距离", "0.8")):
        form.get_by_label(label, exact=True).fill(value)
    for label, code in (("上下学方式", "1"), ("是否独生子女", "0"), ("是否受过学前教育", "1")):
        form.get_by_label(label, exact=True).select_option(code)
    form.get_by_label("成员1姓名", exact=True).fill("王建军")
    form.get_by_label("成员1联系电话", exact=True).fill("13931520018")
    form.get_by_label("户口簿", exact=True).check()
    form.get_by_label("房产证明", exact=True).check()
    expect(form.locator("#left")).to_have_text("可以提交")
    keys.press("Control+Enter")
    expect(form.get_by_text(re.compile("已提交 王梓涵，轮到清泉小学"))).to_be_visible()

    assert focused(form) == "id_number"
    keys.press("Alt+2")
    keys.press("F2")
    expect(form.get_by_label("户口所在地", exact=True)).to_have_value("建昌营镇 军屯村")
    expect(form.locator("#id_hukou_code")).to_have_value("130283103227")
    assert (Student.objects.get().phone, Case.objects.get(student__isnull=False).state) == (
        "13931520018",
        State.OPEN,
    )


def test_enter_passes_what_is_folded_and_a_fold_opens_by_key(form):
    form.get_by_label("是否需要乘坐校车", exact=True).focus()
    keys = form.keyboard
    keys.press("Enter")
    keys.press("Enter")
    assert focused(form) == "only_child"

    folded = form.get_by_text("班内学号、学生来源、购买学位、送教上门")
    folded.focus()
    keys.press("Enter")
    expect(form.get_by_label("班内学号", exact=True)).to_be_visible()
    keys.press("Tab")
    assert focused(form) == "class_number"
