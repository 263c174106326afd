"""A register goes to another school by its route, once, and exactly back."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from numbering.models import RegisterNumber
from numbering.queries.check import check as check_numbers
from tests import pupils
from tests.conduct import entries
from tests.numbering import making
from tests.pupils import row_of
from tests.transfers import movers
from tests.transfers.movers import (
    APPROVAL,
    approved,
    class_of,
    moved,
    numbered,
    receive,
    sign,
    submitted,
)
from tests.world import NOON
from transfers import queries, services
from transfers.models import Transfer
from transfers.services import Rejected
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Decision
from xueji.cases.services import Typed
from xueji.ledger.check import check
from xueji.ledger.models import RegisterEvent
from xueji.organisations.models import SchoolClass
from xueji.students.models import Status, Student

REASON = "随父亲到城里照料"


@pytest.fixture
def pupil(world) -> Student:
    return numbered(world)


def signers(case) -> list[tuple[str, str]]:
    steps = case.steps.filter(round=case.round).exclude(position=0).select_related("organisation")
    return [(step.organisation.name, step.role) for step in steps.order_by("position")]


def held(student) -> list[tuple[str, str, str]]:
    rows = RegisterNumber.objects.filter(holder=student).order_by("pk")
    return [(str(n.series.unit.organisation), n.state, n.reason) for n in rows]


def refused(world, student, to="上庄小学", **other) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as rejected:
        submitted(world, student, to, **other)
    return [(f.key, f.effect) for f in rejected.value.findings]


# -- routes ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("to", "route"),
    [
        ("上庄小学", [("建昌营镇中心校", "centre_officer"), ("杨各庄镇中心校", "centre_officer")]),
        (
            "迁安城区小学",
            [("建昌营镇中心校", "centre_officer"), ("迁安市教育局", "county_officer")],
        ),
        ("邻泉小学", [("建昌营镇中心校", "centre_officer")]),
    ],
)
def test_the_receiving_school_comes_last_on_every_route(world, pupil, to, route):
    case = submitted(world, pupil, to)
    assert signers(case) == [("清泉小学", "principal"), *route, (to, "clerk"), (to, "principal")]


def test_from_town_to_the_country_and_across_the_county_line(world):
    child = pupils.enrolled(world, "urban", **pupils.URBAN)
    case = submitted(world, child, "清泉小学", clerk="urban")
    assert signers(case) == [
        ("迁安城区小学", "principal"),
        ("迁安市教育局", "county_officer"),
        ("清泉小学", "clerk"),
        ("清泉小学", "principal"),
    ]
    movers.cases.withdraw(case_id=case.pk, note="改转外县", acting=world.acting("urban"))
    case = submitted(world, child, "滦州甲小学", clerk="urban")
    assert signers(case) == [
        ("迁安城区小学", "principal"),
        ("迁安市教育局", "county_officer"),
        ("滦州市教育局", "county_officer"),
        ("滦州市教育局", "county_head"),
        ("滦州甲小学", "clerk"),
        ("滦州甲小学", "principal"),
    ]


def test_where_the_receiving_school_starts_the_former_one_is_told_so(world):
    child = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    with pytest.raises(Refused, match="由转入学校发起"):
        submitted(world, child, "清泉小学", clerk="clerk9")


# -- the effect -----------------------------------------------------------------------------------
def test_until_the_receiving_school_signs_the_pupil_stays_where_he_is(world, pupil):
    before = row_of(pupil)
    case = approved(world, pupil)
    receive(world, case, "clerk2", class_of(world, "上庄小学"))

    case.refresh_from_db()
    assert (case.waiting_at.name, case.waiting_role) == ("上庄小学", "principal")
    assert (row_of(pupil), case.approved) == (before, True)


def test_the_last_signature_moves_the_register_and_retires_the_number(world, pupil):
    number = pupil.number
    case = moved(world, pupil)

    pupil.refresh_from_db()
    assert (case.state, pupil.school, pupil.school_class, pupil.grade, pupil.number) == (
        "done",
        world.schools["上庄小学"],
        class_of(world, "上庄小学"),
        1,
        None,
    )
    assert held(pupil) == [("清泉小学", "retired", "转学")]
    events = RegisterEvent.objects.filter(case=case).order_by("pk")
    assert [
        (e.kind, e.scope, e.change, e.school_name, e.class_name, e.number, e.text) for e in events
    ] == [
        ("transferred_out", "county", -1, "清泉小学", "一（1）班", number, "转学，转往上庄小学"),
        ("transferred_in", "county", 1, "上庄小学", "一（1）班", "", "转学，由清泉小学转入"),
    ]
    assert (check()["faults"], check_numbers().faults) == ([], [])


def test_the_new_number_is_appended_by_the_office_that_numbers(world, pupil):
    other = pupils.enrolled(
        world,
        "clerk2",
        **pupils.SHANGZHUANG,
        school_class=str(class_of(world, "上庄小学").pk),
    )
    making.issue(world, "上庄小学", who="centre2")
    moved(world, pupil)
    making.issue(world, "上庄小学", who="centre2")

    other.refresh_from_db()
    pupil.refresh_from_db()
    assert (other.number[-4:], pupil.number[-4:], pupil.number[:-4]) == (
        "0001",
        "0002",
        other.number[:-4],
    )


@pytest.mark.parametrize(("to", "scope"), [("邻泉小学", "township"), ("迁安城区小学", "county")])
def test_events_say_how_far_the_pupil_went(world, pupil, to, scope):
    case = moved(world, pupil, to)
    assert set(case.events.values_list("scope", flat=True)) == {scope}


def test_undoing_brings_back_exactly_what_was(world, pupil):
    before = row_of(pupil)
    case = moved(world, pupil)
    making.issue(world, "上庄小学", who="centre2")
    assert row_of(pupil) != before

    cases.reverse(case_id=case.pk, note="办错学校", acting=world.acting("centre2"))

    assert row_of(pupil) == before
    assert held(pupil) == [("清泉小学", "live", ""), ("上庄小学", "retired", "撤销转学")]
    undone = RegisterEvent.objects.filter(kind="reversed").order_by("pk")
    assert [(e.reverses.kind, e.change, e.school_name, e.scope) for e in undone] == [
        ("numbered", 0, "上庄小学", ""),
        ("transferred_in", -1, "上庄小学", "county"),
        ("transferred_out", 1, "清泉小学", "county"),
    ]
    assert (check()["faults"], check_numbers().faults) == ([], [])


def test_only_who_approved_undoes(world, pupil):
    case = moved(world, pupil)
    with pytest.raises(Refused, match="请与杨各庄镇中心校联系"):
        cases.reverse(case_id=case.pk, note="办错学校", acting=world.acting("centre"))


def test_a_transfer_is_not_undone_from_the_middle(world, pupil):
    first = moved(world, pupil)
    case = submitted(world, pupil, "清泉小学", clerk="clerk2")
    with pytest.raises(Refused, match="在办"):
        cases.reverse(case_id=first.pk, note="办错学校", acting=world.acting("centre2"))
    sign(world, case, "principal2", "centre2", "centre")
    # clerk and principal of 清泉小学 were no makers of this one
    receive(world, case, "clerk", class_of(world, "清泉小学"))
    sign(world, case, "principal")
    # 清泉小学, where it happened, is not within reach of this office
    with pytest.raises(Refused, match="^转学以后学籍又有变动，不能直接撤销"):
        cases.reverse(case_id=first.pk, note="办错学校", acting=world.acting("centre2"))
    assert check()["faults"] == []


@pytest.mark.parametrize("decision", [Decision.RETURNED, Decision.REFUSED])
def test_a_no_on_the_way_and_a_withdrawal_leave_everything_as_it_was(world, pupil, decision):
    before = row_of(pupil)
    case = sign(world, submitted(world, pupil), "principal")
    sign(world, case, "centre", decision=decision)
    if decision == Decision.RETURNED:
        movers.withdraw(world, case)
    assert (row_of(pupil), RegisterEvent.objects.filter(case=case).count()) == (before, 0)


# -- out of the register --------------------------------------------------------------------------
def test_who_goes_outside_waits_on_the_holding_list_for_the_receipt(world, pupil):
    case = approved(world, pupil, None)

    pupil.refresh_from_db()
    assert (case.state, pupil.status, pupil.school, pupil.number) == (
        "done",
        Status.TRANSFERRED,
        None,
        None,
    )
    (event,) = case.events.all()
    assert (event.kind, event.scope, event.change) == ("transferred_out", "outside", -1)
    assert (check()["faults"], check_numbers().faults) == ([], [])
    for who, count in [("clerk", 1), ("centre", 1), ("county", 1), ("clerk2", 0), ("county9", 0)]:
        assert queries.holding(world.acting(who)).count() == count

    services.record_receipt(
        case_id=case.pk, on=NOON.date(), note="三年级，王老师", acting=world.acting("clerk")
    )
    assert queries.holding(world.acting("county")).count() == 0
    with pytest.raises(Refused, match="已于 2026-09-02 登记过"):
        services.record_receipt(
            case_id=case.pk, on=NOON.date(), note="又来", acting=world.acting("clerk")
        )
    with pytest.raises(Refused, match="已登记接收学校的回执"):
        cases.reverse(case_id=case.pk, note="没有走", acting=world.acting("county"))


def test_a_receipt_has_a_day_that_can_be(world, pupil):
    case = approved(world, pupil, None)
    for on, why in [(date(2026, 9, 3), "还没有到"), (date(2026, 9, 1), "早于")]:
        with pytest.raises(Refused, match=why):
            services.record_receipt(
                case_id=case.pk, on=on, note="三年级", acting=world.acting("clerk")
            )


@pytest.mark.parametrize("who", ["clerk2", "clerk1b", "county9", "principal", "centre"])
def test_others_record_no_receipt(world, pupil, who):
    case = approved(world, pupil, None)
    with pytest.raises(PermissionDenied):
        services.record_receipt(
            case_id=case.pk, on=NOON.date(), note="三年级", acting=world.acting(who)
        )


def test_undoing_a_departure_brings_back_place_status_and_number(world, pupil):
    before = row_of(pupil)
    case = approved(world, pupil, None)
    cases.reverse(case_id=case.pk, note="没有走", acting=world.acting("county"))
    assert row_of(pupil) == before
    assert (check()["faults"], check_numbers().faults) == ([], [])


# -- conditions -----------------------------------------------------------------------------------
def test_what_blocks_and_what_needs_an_exception(world, pupil):
    assert refused(world, pupil, papers=frozenset()) == [("transfer.papers", "block")]
    assert refused(world, pupil, "清泉小学") == [("transfer.receiving", "block")]
    assert refused(world, pupil, "迁安初级中学") == [("transfer.receiving", "block")]
    late = NOON + timedelta(days=13)  # 15 September, the fifteenth day of the term
    assert refused(world, pupil, reason="special", reason_text=REASON, at=late) == [
        ("transfer.reason", "record"),
        ("transfer.window", "warn"),
    ]
    assert refused(
        world,
        pupil,
        reason="special",
        reason_text=REASON,
        at=late,
        reasons={"transfer.window": "无"},
    ) == [("transfer.reason", "record"), ("transfer.window", "warn")]
    assert not Transfer.objects.exists()


def test_on_the_fourteenth_day_no_exception_is_needed(world, pupil):
    case = submitted(
        world, pupil, reason="special", reason_text=REASON, at=NOON + timedelta(days=12)
    )
    assert case.state == "open"


def test_an_exception_is_decided_before_the_receiving_school(world, pupil):
    entries.record(world, pupil, entries.sanction())
    case = submitted(world, pupil, reasons={"transfer.sanction": "家庭搬迁确需转学"})
    assert signers(case) == [
        ("清泉小学", "principal"),
        ("建昌营镇中心校", "centre_officer"),
        ("杨各庄镇中心校", "centre_officer"),
        ("迁安市教育局", "county_officer"),
        ("上庄小学", "clerk"),
        ("上庄小学", "principal"),
    ]
    assert case.steps.get(role="county_officer").exceptions.get().rule == "transfer.sanction"


def test_a_pupil_has_one_transfer_at_a_time(world, pupil):
    submitted(world, pupil)
    with pytest.raises(Refused, match="该生已有「转学」业务件"):
        submitted(world, pupil, "迁安城区小学")


def test_a_school_asks_for_its_own_pupils_alone(world, pupil):
    with pytest.raises(Refused, match="不在本校"):
        submitted(world, pupil, clerk="clerk2")
    for who in ("principal", "centre", "county"):
        with pytest.raises(PermissionDenied):
            submitted(world, pupil, clerk=who)


# -- the receiving school -------------------------------------------------------------------------
def test_a_full_class_and_another_grade_take_nobody(world, pupil):
    case = approved(world, pupil)
    chosen = class_of(world, "上庄小学")
    with pytest.raises(Refused, match="不是本校的班"):
        receive(world, case, "clerk2", class_of(world, "邻泉小学"))
    SchoolClass.objects.filter(pk=chosen.pk).update(grade=2)
    chosen.refresh_from_db()
    with pytest.raises(Refused, match="转学不变更年级"):
        receive(world, case, "clerk2", chosen)
    SchoolClass.objects.filter(pk=chosen.pk).update(grade=1, closed_on=NOON.date())
    chosen.refresh_from_db()
    with pytest.raises(Refused, match="已撤销"):
        receive(world, case, "clerk2", chosen)
    assert Transfer.objects.get(case=case).school_class is None


def test_three_working_days_from_the_approval_for_clerk_and_principal_together(world, pupil):
    case = sign(world, submitted(world, pupil), *APPROVAL["上庄小学"])
    assert case.due_on == date(2026, 9, 7)  # Wednesday to Monday
    receive(world, case, "clerk2", None)
    case.refresh_from_db()
    assert case.due_on == date(2026, 9, 7)


def test_other_parties_have_ten_working_days_each(world, pupil):
    assert submitted(world, pupil).due_on == date(2026, 9, 16)


def test_what_cannot_be_verified_goes_back_to_who_approved(world, pupil):
    before = row_of(pupil)
    case = approved(world, pupil)
    receive(
        world,
        case,
        "clerk2",
        None,
        decision=Decision.RETURNED,
        note="证明上的出生日期与户口簿不符",
    )
    case.refresh_from_db()
    assert (case.state, case.waiting_at.name, case.waiting_role, case.round) == (
        "open",
        "杨各庄镇中心校",
        "centre_officer",
        2,
    )
    assert signers(case) == [
        ("杨各庄镇中心校", "centre_officer"),
        ("上庄小学", "clerk"),
        ("上庄小学", "principal"),
    ]
    assert row_of(pupil) == before

    case = sign(world, case, "centre2", note="已核对，证明已更正")
    assert case.due_on == date(2026, 9, 7)
    receive(world, case, "clerk2", class_of(world, "上庄小学"))
    case = sign(world, case, "principal2", decision=Decision.RETURNED)
    assert (case.state, case.waiting_at.name, case.round) == ("open", "杨各庄镇中心校", 3)
    sign(world, case, "centre2")
    receive(world, case, "clerk2", class_of(world, "上庄小学"))
    assert sign(world, case, "principal2").state == "done"


def test_the_approver_may_send_it_on_to_the_maker_who_submits_again(world, pupil):
    case = approved(world, pupil)
    receive(world, case, "clerk2", None, decision=Decision.RETURNED, note="学校写错了")
    case = sign(world, case, "centre2", decision=Decision.RETURNED)
    assert (case.state, case.waiting_at.name, case.waiting_role) == (
        "returned",
        "清泉小学",
        "clerk",
    )
    again = services.submit(
        typed=Typed(row={}, case=case),
        asked=movers.asked(pupil, world.schools["邻泉小学"]),
        reasons={},
        acting=world.acting("clerk"),
    )
    assert (again.pk, signers(again)[1:]) == (
        case.pk,
        [("建昌营镇中心校", "centre_officer"), ("邻泉小学", "clerk"), ("邻泉小学", "principal")],
    )


@pytest.mark.parametrize("who", ["clerk1b", "urban", "clerk9", "principal2", "centre2"])
def test_nobody_else_receives(world, pupil, who):
    case = approved(world, pupil)
    with pytest.raises(PermissionDenied):
        receive(world, case, who, class_of(world, "上庄小学"))


def test_the_former_school_does_not_receive_for_the_other(world, pupil):
    case = approved(world, pupil)
    outcome = receive(world, case, "clerk", class_of(world, "上庄小学"))
    assert (outcome.kind, Transfer.objects.get(case=case).school_class) == ("refused", None)


def test_the_receiving_school_does_not_refuse_it_returns(world, pupil):
    case = approved(world, pupil)
    refused = receive(world, case, "clerk2", None, decision=Decision.REFUSED, note="不收")
    receive(world, case, "clerk2", class_of(world, "上庄小学"))
    case.refresh_from_db()
    by_principal = cases.decide(
        seen={case.pk: case.version},
        decision=Decision.REFUSED,
        note="不收",
        acting=world.acting("principal2"),
    )[case.pk]
    case.refresh_from_db()
    told = "这一步没有「不同意」：核实不了的，写明原因退回核准的单位，由它决定。"
    assert [(of.kind, of.text) for of in (refused, by_principal)] == [("refused", told)] * 2
    assert (case.state, case.waiting_at.name, case.waiting_role) == (
        "open",
        "上庄小学",
        "principal",
    )
