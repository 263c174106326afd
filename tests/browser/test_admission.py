"""A special school takes a pupil in a browser; the former school is told; all pages accessible."""

import pytest
from django.urls import reverse

from tests import pupils
from tests.browser.conftest import every_width, log_in
from tests.browser.test_accessible import violations
from tests.enrollment.admissions import special
from xueji.cases.models import Case
from xueji.students.models import Student

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@every_width
def test_a_pupil_is_taken_and_taught_at_home(site, window, viewport):
    student = pupils.enrolled(site, name="单雄信")
    special(site)
    faults = []

    def look(page) -> None:
        faults.extend(violations(page))
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")

    def press(page, words: str) -> None:
        with page.expect_navigation():
            page.get_by_role("button", name=words).click()
        look(page)

    clerk = window(viewport)
    log_in(clerk, site.url, "clerk9")
    clerk.goto(site.url + reverse("enrollment"))
    look(clerk)
    clerk.get_by_role("link", name="免转学手续接收").click()
    look(clerk)
    with clerk.expect_navigation():
        clerk.get_by_role("link", name="接收学生").click()
    look(clerk)
    clerk.get_by_label("身份证件号", exact=True).fill(student.id_number)
    clerk.get_by_label("姓名", exact=True).fill("单雄")
    press(clerk, "查找")
    clerk.get_by_label("姓名", exact=True).fill("单雄信")
    press(clerk, "查找")
    assert clerk.get_by_text("找到这名学生").is_visible()
    clerk.get_by_label("编入班级", exact=True).select_option(index=1)
    press(clerk, "提交")
    clerk.get_by_label("残疾人证").check()
    press(clerk, "提交")

    for person in ("principal9", "centre9"):
        signer = window(viewport)
        log_in(signer, site.url, person)
        case = Case.objects.get(kind="admission")
        signer.goto(site.url + reverse("case", args=[case.number]))
        look(signer)
        signer.get_by_label("同意", exact=True).check()
        with signer.expect_navigation():
            signer.locator("#decide-form").get_by_role("button", name="签署决定").click()
    look(signer)

    clerk.goto(site.url + reverse("enrollment_attendance", args=[student.pk]))
    look(clerk)
    press(clerk, "改为送教上门")
    clerk.get_by_label("教育安置意见").check()
    clerk.get_by_label("原因", exact=True).fill("安置意见建议送教")
    press(clerk, "改为送教上门")
    for page in (f"{reverse('student', args=[student.pk])}?tab=facts", reverse("students")):
        clerk.goto(site.url + page)
        look(clerk)

    former = window(viewport)
    log_in(former, site.url, "clerk")
    look(former)
    former.goto(site.url + reverse("enrollment_admissions") + "?show=went")
    look(former)

    moved = Student.objects.get(pk=student.pk)
    assert (str(moved.school.organisation), moved.attendance) == ("滦州甲小学", "home_taught")
    assert faults == []
