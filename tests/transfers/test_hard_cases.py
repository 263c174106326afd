"""What comes between: names that are alike, a change of mind, a no, an order, another school."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine

from tests import pupils
from tests.browsing import words
from tests.conduct import entries
from tests.establishment import orders
from tests.numbering import making
from tests.pupils import row_of
from tests.transfers import movers
from tests.transfers.movers import approved, class_of, moved, numbered, receive, sign, submitted
from tests.transfers.test_take import asked, of
from tests.world import NOON
from transfers import queries, services
from transfers.models import Transfer
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Decision
from xueji.establishment import services as establishment
from xueji.ledger.check import check

NAME = "单雄信"


def test_of_two_pupils_of_one_name_the_clerk_says_which(world, client_of):
    elder, younger = numbered(world, name=NAME), numbered(world, name=NAME)
    form = {"form_key": str(uuid4()), "pupil": NAME, "to_where": "inside", "save": "find"}
    with time_machine.travel(NOON, tick=False):
        page = client_of("clerk").post("/transfers/new/", form)
        assert page.context["form"].errors == {"pupil": ["找到不止一名，请在下面选定。"]}
        offered = [pk for pk, _ in page.context["form"].fields["student"].choices]
        assert sorted(offered) == [elder.pk, younger.pk]
        chosen = {"student": str(younger.pk), "to_school": "上庄小学", "reason": "move"}
        papers = {"papers": ["household_book", "property_proof"], "save": "send"}
        client_of("clerk").post("/transfers/new/", {**form, **chosen, **papers})
    assert Transfer.objects.get().case.student == younger


def test_the_maker_withdraws_after_the_last_approval_and_nothing_has_happened(world):
    student = numbered(world)
    before = row_of(student)
    case = approved(world, student)
    movers.withdraw(world, case)
    case.refresh_from_db()
    assert (case.state, case.approved, row_of(student)) == ("withdrawn", False, before)
    assert submitted(world, student).state == "open"


def test_a_refused_exception_refuses_the_transfer(world):
    student = numbered(world)
    entries.record(world, student, entries.sanction())
    before = row_of(student)
    case = submitted(world, student, reasons={"transfer.sanction": "家庭搬迁确需转学"})
    sign(world, case, "principal", "centre", "centre2")
    sign(world, case, "county", decision=Decision.REFUSED, note="处分期满再办")
    assert (case.state, row_of(student)) == ("refused", before)


def test_whose_receipt_is_awaited_is_asked_for_by_another_school_meanwhile(world):
    student = numbered(world)
    gone = approved(world, student, None)
    back = asked(world, "clerk2", **of(student, grade=1))
    sign(world, back, "principal2", "county", "principal2")
    student.refresh_from_db()
    assert student.school == world.schools["上庄小学"]
    assert list(queries.holding(world.acting("county"))) == []
    with pytest.raises(Refused):
        cases.reverse(case_id=gone.pk, note="没有走", acting=world.acting("county"))
    assert check()["faults"] == []


def test_a_full_class_is_named_with_its_limit_and_another_takes_the_pupil(world):
    case = approved(world, numbered(world))
    chosen = class_of(world, "上庄小学")
    making.entrants(world, making.names(45), school="上庄小学", class_number=1)
    with pytest.raises(Refused, match="一（1）班.*45"):
        receive(world, case, "clerk2", chosen)
    receive(world, case, "clerk2", None)
    sign(world, case, "principal2")
    assert case.state == "done"


# -- orders ---------------------------------------------------------------------------------------
def test_a_receiving_school_is_not_merged_away_while_a_transfer_is_on_its_way(world):
    case = approved(world, numbered(world))
    with pytest.raises(Refused, match=case.number):
        orders.enter(world, "merge", "上庄小学", "迁安城区小学")
    movers.withdraw(world, case)
    orders.enter(world, "merge", "上庄小学", "迁安城区小学")
    with pytest.raises(services.Rejected) as rejected:
        submitted(world, case.student)
    assert [one.key for one in rejected.value.findings] == ["transfer.receiving"]


WITHIN = "上庄小学并入迁安城区小学，2026-10-01 生效（迁教〔2026〕18 号）。"
BEYOND = "上庄小学自 2026-10-01 起不再接收学生。"
MAKER, PARTY = (
    f"本件要在那以前办结；办不完的{way}，另选学校。" for way in ("请撤回", "请提出的学校撤回")
)


@pytest.mark.parametrize(
    ("is_foreign", "told"),
    [
        (
            False,
            {
                "clerk": BEYOND + MAKER,
                "centre": BEYOND + PARTY,
                "centre2": WITHIN + PARTY,
                "clerk2": WITHIN + PARTY,
                "county": WITHIN + PARTY,
            },
        ),
        (True, {"clerk2": WITHIN + MAKER, "county9": BEYOND + PARTY, "county": WITHIN + PARTY}),
    ],
)
def test_a_party_reads_as_far_as_it_reaches_that_the_receiving_school_is_to_be_merged(
    world, client_of, noon, is_foreign, told
):
    if is_foreign:
        student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
        case = asked(world, "clerk2", **of(student))
    else:
        case = approved(world, numbered(world))
    order = orders.enter(world, "merge", "上庄小学", "迁安城区小学", effective_on=date(2026, 10, 1))

    def pages() -> dict[str, tuple[bool, bool]]:
        found = {who: words(client_of(who).get(f"/cases/{case.number}/")) for who in told}
        return {who: (said in found[who], order.number in found[who]) for who, said in told.items()}

    assert pages() == {who: (True, WITHIN in said) for who, said in told.items()}
    establishment.withdraw(order_id=order.pk, reason="登记错了", acting=world.acting("county"))
    assert pages() == dict.fromkeys(told, (False, False))


@pytest.mark.parametrize("school", ["清泉小学", "上庄小学"])
def test_neither_school_moves_to_another_centre_between_request_and_placement(world, school):
    student = numbered(world)
    case = submitted(world, student)
    into = "杨各庄镇中心校" if school == "清泉小学" else "建昌营镇中心校"
    with pytest.raises(Refused, match="涉及另一所学校"):
        orders.enter(world, "move", school, into)
    sign(world, case, *movers.APPROVAL["上庄小学"])
    receive(world, case, "clerk2", class_of(world, "上庄小学"))
    sign(world, case, "principal2")
    orders.enter(world, "move", school, into)
    assert orders.faults() == []


def test_a_transfer_is_not_undone_into_a_school_that_is_no_more(world):
    case = moved(world, numbered(world))
    orders.enter(world, "merge", "清泉小学", "邻泉小学")
    acting = world.acting("centre2", at=NOON + timedelta(days=1))
    with pytest.raises(Refused, match="原学校已于 2026-09-01 撤销，学籍不能退回去"):
        cases.reverse(case_id=case.pk, note="办错学校", acting=acting)
