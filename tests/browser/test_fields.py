"""File and date fields speak our words, whatever language the browser has."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import pupils
from tests.browser.conftest import DESKTOP, PHONE, log_in

pytestmark = pytest.mark.browser


def imports(site, page: Page) -> Page:
    log_in(page, site.url, "clerk")
    page.goto(site.url + reverse("enrollment_import"))
    return page


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_a_file_is_chosen_by_keyboard_and_named_with_its_size(site, window, viewport):
    page = imports(site, window(viewport))
    field = page.get_by_label("Excel 文件")
    expect(field).to_have_accessible_description(
        "没有选择文件 列按表头认，次序不限；自己的表只要列名相同也可以。"
        "上传后只核对，不导入；可以关掉浏览器，核对照样进行。"
    )
    box = page.locator(".file")
    assert box.bounding_box()["height"] >= 44
    with page.expect_file_chooser() as chosen:
        field.press("Enter")
    chosen.value.set_files({"name": "新生.xlsx", "mimeType": "", "buffer": b"x" * 3_500_000})
    expect(box).to_contain_text("新生.xlsx（3.3 MB）")
    expect(field).to_be_focused()


def test_a_click_anywhere_in_the_box_opens_the_choice(site, window):
    page = imports(site, window())
    for place in ("选择文件", "没有选择文件"):
        with page.expect_file_chooser():
            box = page.locator(".file").get_by_text(place, exact=True).bounding_box()
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_without_scripts_the_fields_are_the_browsers_own(site, window):
    page = imports(site, window(java_script_enabled=False))
    field = page.get_by_label("Excel 文件")
    expect(field).to_be_visible()
    expect(field).to_have_attribute("type", "file")


@pytest.mark.parametrize("typed", ["20260902", "2026-09-02", "2026/9/2", "2026年9月2日"])
def test_a_day_is_typed_as_it_is_written(site, window, typed):
    student = pupils.enrolled(site)
    page = window()
    log_in(page, site.url, "clerk")
    page.goto(site.url + reverse("student", args=[student.pk]))
    field = page.get_by_label("截至某日", exact=True)
    field.fill(typed)
    field.press("Tab")
    expect(field).to_have_value("2026-09-02")


def test_the_calendar_beside_a_day_fills_it(site, window):
    student = pupils.enrolled(site)
    page = window()
    log_in(page, site.url, "clerk")
    page.goto(site.url + reverse("student", args=[student.pk]))
    page.get_by_role("button", name="日历").click()
    page.locator(".day input[type=date]").fill("2026-09-02")
    field = page.get_by_label("截至某日", exact=True)
    expect(field).to_have_value("2026-09-02")
    expect(field).to_be_focused()
