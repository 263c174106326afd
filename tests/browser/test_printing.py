"""Papers as Chromium prints them: as many pages as they say, and accessible before that."""

import re

import pytest
from django.urls import reverse

from tests import pupils
from tests.browser.conftest import log_in
from tests.browser.test_accessible import violations
from tests.numbering import making
from tests.transfers import movers
from tests.world import NOON
from transfers.services import receive_file, send_file
from xueji.organisations.models import Organisation

pytestmark = pytest.mark.browser
PAGE = re.compile(rb"/Type\s*/Page\b")
LONG = "河北省唐山市迁安市建昌营镇军屯村清泉新居住小区东区十二号楼三单元一二零三室"


def pages(page) -> int:
    return len(PAGE.findall(page.pdf(prefer_css_page_size=True)))


def ask_for(page, purpose: str) -> None:
    page.get_by_label("打印用途").select_option(purpose)
    page.locator("main form button[type=submit]").click()
    page.locator("article.sheet").first.wait_for()


@pytest.fixture
def clerk(site, window):
    page = window()
    log_in(page, site.url, "clerk")
    return page


@pytest.mark.parametrize("paper", ["student_sheet", "student_card"])
def test_the_paper_of_a_pupil_is_one_page_masked_and_whole(site, clerk, paper):
    student = pupils.enrolled(
        site, name="阿卜杜热西提·艾尔肯江", former_name="𠮷䶮㛃", mail_address=LONG, nation="05"
    )
    clerk.goto(site.url + reverse(paper, args=[student.pk]))
    masked = pages(clerk)
    ask_for(clerk, "监护人核对签字")

    assert (masked, pages(clerk)) == (1, 1)
    assert student.id_number in clerk.inner_text("article")
    assert violations(clerk) == []


def test_a_class_is_a_page_for_each_pupil(site, clerk):
    school_class = site.schools["清泉小学"].classes.get(number=1)
    making.entrants(site, ["李雷", "韩梅梅", "古丽仙·买买提依明江·吐尔逊"])
    clerk.goto(site.url + reverse("class_sheets", args=[school_class.pk]))
    ask_for(clerk, "学校存档")

    assert pages(clerk) == 3
    assert violations(clerk) == []


def test_the_roll_is_as_many_pages_as_it_says(site, clerk):
    making.entrants(site, making.names(31))
    making.entrants(site, making.names(3, start=31), class_number=None)
    clerk.goto(site.url + reverse("enrollment_roll", args=[site.schools["清泉小学"].pk, 2026]))
    ask_for(clerk, "报教育局")

    said = [int(of) for of in re.findall(r"页，共 (\d+) 页", clerk.inner_text("main"))]
    assert set(said) == {4}  # cover, two of the class, one of those without
    assert pages(clerk) == len(said) == 12
    assert violations(clerk) == []


@pytest.mark.parametrize("is_sent", [False, True])
def test_the_slip_of_a_paper_file_is_one_page_with_the_longest_names(site, clerk, is_sent):
    case = movers.moved(site, movers.numbered(site, name="𠮷䶮㛃"))
    if is_sent:
        send_file(
            case_id=case.pk,
            on=NOON.date(),
            carrier="office",
            copy_kept=True,
            acting=site.acting("clerk"),
        )
        receive_file(case_id=case.pk, on=NOON.date(), acting=site.acting("clerk2"))
    names = [f"{LONG}{school}" for school in ("清泉小学教育集团东校区分校", "上庄实验小学校区")]
    for old, new in zip(("清泉小学", "上庄小学"), names, strict=True):
        Organisation.objects.filter(name=old).update(name=(new * 2)[:60])
    clerk.goto(site.url + reverse("transfer_file_slip", args=[case.number]))

    assert pages(clerk) == 1
    assert "𠮷䶮㛃" in clerk.inner_text("article")
    assert violations(clerk) == []
