"""A series is frozen by its allocator, confirmed by a second person, reopened with a reason."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from numbering import queries, services
from numbering.models import ActKind, NumberState, RegisterNumber, Renumbered, Series, SeriesAct
from numbering.queries.check import check
from numbering.services import CannotFreeze, CannotRenumber, CannotVoid, ProofChanged
from tests.numbering import making
from tests.numbering.making import kinds
from tests.world import ZONE
from xueji.accounts import services as accounts
from xueji.rules.engine import rule_set
from xueji.students.models import Student

pytestmark = [pytest.mark.django_db, pytest.mark.any_pg]


def test_freezing_keeps_the_proof_with_day_and_post(issued):
    act = making.freeze(issued)
    series, centre = Series.objects.get(), issued.acting("centre")
    assert (series.frozen_at, series.frozen_by) == (centre.at, centre.post)
    assert (act.kind, act.at, act.post, act.reason) == (ActKind.FROZEN, centre.at, centre.post, "")
    assert (act.live, act.retired, act.holes, act.last) == (3, 0, 0, 3)
    assert act.digest == queries.proof(series).digest
    assert len(act.digest) == 64
    assert (check().faults, check().frozen) == ([], 1)


def test_the_digest_changes_with_number_holder_and_state(issued):
    before = making.digest(issued)
    RegisterNumber.objects.filter(serial=3).update(
        state=NumberState.RETIRED, ends=date(2026, 9, 9), reason="转出"
    )
    after = making.digest(issued)
    other = making.entrants(issued, ["换人的"])[0]
    RegisterNumber.objects.filter(serial=2).update(holder=other)
    assert len({before, after, making.digest(issued)}) == 3


def test_the_county_confirms_what_a_centre_froze(issued):
    making.freeze(issued)
    making.confirm(issued, who="county")
    series, county = Series.objects.get(), issued.acting("county")
    assert (series.confirmed_at, series.confirmed_by) == (county.at, county.post)
    assert kinds() == [ActKind.FROZEN, ActKind.CONFIRMED]
    assert check().faults == []


@pytest.mark.parametrize(
    ("school", "freezes", "confirms"),
    [
        ("清泉小学", {"centre"}, {"county", "county-head"}),
        ("迁安城区小学", {"county"}, {"county-head"}),
        ("滦州甲小学", {"centre9"}, {"county9"}),
    ],
)
def test_everybody_else_may_neither_freeze_nor_confirm_nor_reopen(world, school, freezes, confirms):
    making.entrants(world, ["龚梦瑶"], school=school)
    allocator = next(iter(freezes))
    if school == "滦州甲小学":
        Series.objects.create(
            province=world.organisations["河北省教育厅"],
            unit=world.schools[school],
            prefix="0227260050",
            **making.key(),
        )
        Student.objects.update(status="pending")
    else:
        making.issue(world, school, who=allocator)

    def those_who(act) -> set[str]:
        able = set()
        for who in world.posts:
            with transaction.atomic():
                try:
                    act(world, school, who)
                    able.add(who)
                except PermissionDenied:
                    pass
                transaction.set_rollback(True)
        return able

    assert those_who(making.freeze) == freezes
    making.freeze(world, school, who=allocator)
    assert those_who(making.confirm) == confirms
    assert those_who(making.reopen) == freezes | confirms
    making.confirm(world, school, who=next(iter(confirms)))
    with pytest.raises(CannotFreeze, match="编号的岗位不能重开。确需重开的，请报"):
        making.reopen(world, school, who=allocator)


def test_who_froze_does_not_confirm_whatever_posts_they_hold(issued):
    both = accounts.grant(
        user=issued.posts["centre"].user,
        role="county_head",
        organisation=issued.organisations["迁安市教育局"],
        starts=date(2026, 1, 1),
    )
    issued.posts["both"] = both
    making.freeze(issued)
    with pytest.raises(CannotFreeze) as refusal:
        making.confirm(issued, who="both")
    assert str(refusal.value) == (
        "这个号段是您本人冻结的，确认要由另一个人办。"
        "请迁安市教育局（教育科、主管领导）的另一位同事确认。"
        "依据：文件未规定，按本县设定（可改）：number.freeze_confirm"
    )
    assert kinds() == [ActKind.FROZEN]


# -- what stands in the way -----------------------------------------------------------------------
@pytest.mark.parametrize("class_number", [1, None])
def test_nothing_is_frozen_while_somebody_waits_for_a_number(issued, class_number):
    making.entrants(issued, ["后来的"], class_number=class_number)
    with pytest.raises(CannotFreeze) as refusal:
        making.freeze(issued)
    remedy = "请先给他们发号" if class_number else "请先由学校分班，再给他们发号"
    assert str(refusal.value) == (
        f"还有 1 人没有编号，不能冻结。{remedy}。"
        "依据：《学生学籍管理制度》三2“每年9月份完成中小学学籍验章和新生学籍的建档工作”"
    )
    assert (Series.objects.get().frozen_at, kinds()) == (None, [])


def test_nothing_is_frozen_with_a_hole_that_nobody_explains(issued):
    row = RegisterNumber.objects.get(serial=2)
    making.void(issued, row)
    RegisterNumber.objects.filter(pk=row.pk).update(ended_case=None)
    with pytest.raises(CannotFreeze, match="有 1 个空号没有原因或没有业务件，不能冻结"):
        making.freeze(issued)


def test_nothing_is_frozen_with_a_fault_in_the_proof(issued):
    Series.objects.update(last=4)
    with pytest.raises(CannotFreeze, match="连续性证明有误：重号 0 个，缺号 1 个，不能冻结"):
        making.freeze(issued)


def test_an_explained_hole_is_frozen_as_it_is(issued):
    making.void(issued, RegisterNumber.objects.get(serial=2))
    act = making.freeze(issued)
    assert (act.live, act.retired, act.holes, act.last) == (2, 0, 1, 3)
    assert check().faults == []


def test_a_proof_that_was_another_on_the_screen_is_not_frozen(issued):
    seen = making.digest(issued)
    making.entrants(issued, ["后来的"])
    making.issue(issued)
    with pytest.raises(ProofChanged):
        services.freeze(
            acting=issued.acting("centre"),
            lineage=making.line(issued),
            cohort=making.key(),
            token=seen,
        )
    assert kinds() == []


def test_a_series_not_begun_cannot_be_frozen(world):
    with pytest.raises(CannotFreeze, match="还没有发过号"):
        services.freeze(
            acting=world.acting("centre"), lineage=making.line(world), cohort=making.key(), token=""
        )


def test_what_is_frozen_or_confirmed_is_told_to_who_comes_late(issued):
    with pytest.raises(CannotFreeze, match="号段没有冻结"):
        making.confirm(issued)
    with pytest.raises(CannotFreeze, match="号段没有冻结"):
        making.reopen(issued)
    making.freeze(issued)
    with pytest.raises(CannotFreeze, match="号段已于 2026-09-02 由某centre冻结。请刷新页面"):
        making.freeze(issued)
    making.confirm(issued)
    with pytest.raises(CannotFreeze, match="号段已于 2026-09-02 由某county确认冻结"):
        making.confirm(issued, who="county-head")


# -- after the freeze -----------------------------------------------------------------------------
def test_a_frozen_series_only_goes_on_at_its_end(issued):
    making.void(issued, RegisterNumber.objects.get(serial=2))
    making.freeze(issued)
    making.entrants(issued, ["后来的"])
    (row,) = making.issue(issued)
    assert row.serial == 4
    with pytest.raises(CannotRenumber, match="号段已于 2026-09-02 冻结，不能再改号"):
        making.renumber(issued)
    student = Student.objects.get(pk=row.holder_id)
    with pytest.raises(CannotVoid, match="已于 2026-09-02 冻结，不能再空出"):
        services.void(student=student, case=None, acting=issued.acting("centre"), reason="未报到")
    assert check().faults == []


def test_a_reopened_series_fills_its_holes_again_and_tells_why(issued):
    making.void(issued, RegisterNumber.objects.get(serial=2))
    making.freeze(issued)
    making.confirm(issued)
    act = making.reopen(issued, who="county-head", reason="漏登一人")
    series = Series.objects.get()
    assert [series.frozen_at, series.frozen_by, series.confirmed_at, series.confirmed_by] == [
        None
    ] * 4
    assert (act.kind, act.reason) == (ActKind.REOPENED, "漏登一人")
    making.entrants(issued, ["漏登的"])
    assert making.issue(issued)[0].serial == 2
    making.freeze(issued)
    assert kinds() == ["frozen", "confirmed", "reopened", "frozen"]
    assert check().faults == []


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"confirmed_at": datetime(2026, 9, 30, tzinfo=ZONE)}, "series_confirmed_once_frozen"),
    ],
)
def test_a_series_cannot_be(issued, changes, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Series.objects.update(**changes)


def test_one_post_cannot_freeze_and_confirm(issued):
    making.freeze(issued)
    at, post = issued.acting("centre").at, issued.posts["centre"]
    with (
        pytest.raises(IntegrityError, match="series_confirmed_by_another_post"),
        transaction.atomic(),
    ):
        Series.objects.update(confirmed_at=at, confirmed_by=post)


@pytest.mark.parametrize("model", [SeriesAct, Renumbered])
def test_the_application_adds_acts_and_changes_none(db, settings, model):
    rights = {}
    with connection.cursor() as cursor:
        for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            cursor.execute(
                "SELECT has_table_privilege(%s, %s, %s)",
                [settings.APPLICATION_ROLE, model._meta.db_table, right],
            )
            rights[right] = cursor.fetchone()[0]
    assert rights == {"INSERT": True, "UPDATE": False, "DELETE": False, "TRUNCATE": False}


def test_the_proof_of_an_act_adds_up(issued):
    making.freeze(issued)
    with pytest.raises(IntegrityError, match="series_act_proof_holds"), transaction.atomic():
        SeriesAct.objects.update(live=2)
    with pytest.raises(IntegrityError, match="series_act_reopened_with_a_reason"):
        SeriesAct.objects.update(kind=ActKind.REOPENED)


def test_due_and_confirming_posts_are_values_with_their_source():
    rules = rule_set("qianan").at(date(2026, 9, 2))
    assert queries.due_on(2026, rules) == date(2026, 9, 30)
    assert rules.rule("number.freeze_by").citation == (
        "《学生学籍管理制度》三2“每年9月份完成中小学学籍验章和新生学籍的建档工作”"
    )
    assert rules.rule("number.freeze_confirm").citation == (
        "文件未规定，按本县设定（可改）：number.freeze_confirm"
    )
