"""When the certificate (转学证明) may be printed, above all where an exception was asked for."""

import pytest
import time_machine

from tests.browsing import errors, words
from tests.conduct import entries
from tests.transfers.movers import APPROVAL, asked, numbered, sign, submitted
from tests.transfers.test_pages import NEW, sent
from tests.world import NOON
from transfers import services
from xueji.cases.models import Case, Decision
from xueji.cases.services import Typed

ASKED = {"transfer.sanction": "家庭搬迁确需转学"}


@pytest.fixture
def pupil(world):
    student = numbered(world, name="单雄信")
    entries.record(world, student, entries.sanction())
    return student


def printed(client, case: Case) -> str:
    """Why the certificate is not printed; "" when it is."""
    page = words(client.get(f"/transfers/{case.number}/certificate/"))
    offered = "打印转学证明" in words(client.get(f"/cases/{case.number}/"))
    is_there = f"转证 {case.number}" in page
    assert offered == is_there
    return "" if is_there else page.split("转学证明还不能打印 ", 1)[1].split(" 回去")[0]


def test_it_is_not_printed_before_the_exception_is_decided(world, client_of, noon, pupil):
    case = submitted(world, pupil, reasons=ASKED)
    clerk = client_of("clerk")
    sign(world, case, *APPROVAL["上庄小学"])
    assert printed(clerk, case) == (
        "申请的例外还没有决定：该生有 1 项处分没有撤销，受处分期间一般不予转学（"
        "《学生学籍管理制度》二（二）2“学生受处分期间一般不予办理转学手续”）。转学证明要等"
        "迁安市教育局 教育科同意以后再打印。"
    )
    sign(world, case, "county", note="情况属实")
    assert printed(clerk, case) == ""


def test_of_a_case_that_came_to_nothing_nobody_is_told_to_wait_for_a_signature(
    world, client_of, noon, pupil
):
    case = submitted(world, pupil, reasons=ASKED)
    sign(world, case, *APPROVAL["上庄小学"])
    sign(world, case, "county", decision=Decision.REFUSED, note="处分期满再办")
    clerk = client_of("clerk")
    assert printed(clerk, case) == "本件已了结（不同意），转学证明不能开具。"
    assert "编入班级 没有编班" in words(clerk.get(f"/cases/{case.number}/"))


def test_of_a_returned_case_it_is_told_what_has_to_come_before_the_certificate(
    world, client_of, noon, pupil
):
    case = submitted(world, pupil, reasons=ASKED)
    sign(world, case, "principal", decision=Decision.RETURNED, note="缺户口簿")
    assert printed(client_of("clerk"), case) == (
        "本件退回补正，重新提交、建昌营镇中心校签署同意以后再打印。"
    )


def test_what_was_signed_before_a_case_came_back_opens_no_certificate(
    world, client_of, noon, pupil
):
    clerk, case = client_of("clerk"), submitted(world, pupil, reasons=ASKED)
    sign(world, case, *APPROVAL["上庄小学"])
    sign(world, case, "county", decision=Decision.RETURNED, note="缺户口簿")
    services.submit(
        typed=Typed(row={}, case=case),
        asked=asked(pupil, world.schools["上庄小学"]),
        reasons=ASKED,
        acting=world.acting("clerk"),
    )
    case.refresh_from_db()
    assert printed(clerk, case) == (
        "转出方还没有核准，转学证明不能开具。建昌营镇中心校签署同意以后再打印。"
    )


def test_each_exception_asked_for_says_of_what_and_who_decides(world, client_of, pupil):
    with time_machine.travel(NOON.replace(day=20), tick=False):
        form = sent(pupil, reason="special", reason_text="随祖父母生活")
        answer = client_of("clerk").post(NEW, form)
    assert errors(answer) == {
        "exception_transfer.window": [
            "提交日是开学第 20 天，已过学期初 14 天。请写明为什么可以例外，由教育局决定。"
        ],
        "exception_transfer.sanction": [
            "该生有 1 项处分没有撤销，受处分期间一般不予转学。请写明为什么可以例外，由教育局决定。"
        ],
    }
