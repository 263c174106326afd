"""A pupil goes from one township to another in a browser; every page on the way is accessible."""

import pytest
from django.urls import reverse

from tests.browser.conftest import DESKTOP, PHONE, log_in
from tests.browser.test_accessible import violations
from tests.transfers.movers import class_of, numbered
from xueji.cases.models import Case
from xueji.students.models import Student

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_pupil_is_transferred_with_paper_and_class(site, window):
    student = numbered(site, name="单雄信")
    faults = []

    def look(page) -> None:
        faults.extend(violations(page))
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")

    def press(page, words: str) -> None:
        with page.expect_navigation():
            page.get_by_role("button", name=words).first.click()
        look(page)

    clerk = window(DESKTOP)
    log_in(clerk, site.url, "clerk")
    clerk.goto(site.url + reverse("transfers"))
    look(clerk)
    clerk.keyboard.press("n")
    clerk.wait_for_url("**" + reverse("transfer_new"))
    clerk.get_by_label("学生", exact=True).fill("单雄信")
    clerk.keyboard.press("Tab")
    with clerk.expect_navigation():
        clerk.keyboard.press("Enter")
    look(clerk)
    clerk.get_by_label("转入学校", exact=True).fill("上庄")
    clerk.get_by_label("户口及家庭住址迁移").check()
    press(clerk, "提交 Ctrl")
    assert clerk.get_by_text("缺户口簿、房产证明").first.is_visible()
    clerk.get_by_label("户口簿").check()
    clerk.get_by_label("房产证明").check()
    press(clerk, "提交 Ctrl")
    case = Case.objects.get(kind="transfer")

    for person in ("principal", "centre", "centre2"):
        signer = window(PHONE)
        log_in(signer, site.url, person)
        signer.goto(site.url + reverse("case", args=[case.number]))
        signer.get_by_label("同意", exact=True).check()
        with signer.expect_navigation():
            signer.locator("#decide-form").get_by_role("button", name="签署决定").click()
    look(signer)
    clerk.goto(site.url + reverse("case", args=[case.number]))
    look(clerk)
    clerk.get_by_role("link", name="打印转学证明").click()
    look(clerk)
    clerk.goto(site.url + reverse("transfer_form", args=[case.number]))
    look(clerk)

    receiving = window(DESKTOP)
    log_in(receiving, site.url, "clerk2")
    receiving.goto(site.url + reverse("transfers") + "?show=in")
    look(receiving)
    receiving.get_by_role("link", name="单雄信").click()
    look(receiving)
    receiving.get_by_role("link", name="去办理").first.click()
    look(receiving)
    receiving.get_by_label("编入班级").select_option(index=1)
    receiving.get_by_label("核实无误，接收").check()
    press(receiving, "签署")
    head = window(PHONE)
    log_in(head, site.url, "principal2")
    head.goto(site.url + reverse("case", args=[case.number]))
    look(head)
    head.get_by_label("同意", exact=True).check()
    with head.expect_navigation():
        head.locator("#decide-form").get_by_role("button", name="签署决定").click()
    look(head)
    receiving.goto(site.url + reverse("transfer_take"))
    look(receiving)

    moved = Student.objects.get(pk=student.pk)
    assert moved.school_class == class_of(site, "上庄小学")
    assert faults == []
