"""A school taken over: places, numbers and sums as they were, and everything undone exactly."""

from collections import Counter
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.models import TakenOver, TakeoverState
from enrollment.services.takeover import keeping
from numbering.models import RegisterNumber, Series
from numbering.queries.check import check as check_numbers
from tests import pupils
from tests.enrollment import takeovers, workbooks
from tests.enrollment.takeovers import PREFIX, checked, line, stored, taken_over, undone
from tests.numbering import making
from transfers.services.borrow_change import END, Change, ask
from xueji.cases.kinds import Refused
from xueji.cases.services import Typed
from xueji.documents import services as documents
from xueji.ledger.check import check as check_ledger
from xueji.ledger.models import RegisterEvent
from xueji.organisations.models import SchoolClass
from xueji.students.models import ForeignNumber, Placement, Student
from xueji.students.queries import counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def proved() -> list[object]:
    """Every fault that the two proofs over the whole register find."""
    return [*check_numbers().faults, *check_ledger()["faults"]]


def of_series() -> list[tuple[int, str, bool]]:
    """Serial, state and whether somebody holds it, of every row of the series, in order."""
    rows = RegisterNumber.objects.filter(number__startswith=PREFIX).order_by("serial", "pk")
    return [(row.serial, row.state, row.holder_id is not None) for row in rows]


def test_pupils_of_all_grades_come_with_place_number_and_opening_sums(world):
    takeover = taken_over(
        world,
        [
            line(2, national=f"G{pupils.id_number()}", former="1302832018001、" + PREFIX + "0007"),
            line(
                4, status="休学", since="2026-03-01", until="2027-02-28", school_class="三年级2班"
            ),
            line(5, host="邻泉小学", host_since="2026-02-20"),
            line(None, grade="一年级", school_class="1", entered_on="2026-09", number=""),
        ],
    )

    assert (takeover.state, takeover.summary) == (TakeoverState.STORED, {})
    assert [
        (s.status, str(s.school_class), s.entry_year, s.grade, s.number)
        for s in Student.objects.order_by("pk").select_related("school_class")
    ] == [
        ("enrolled", "三（1）班", 2024, 3, f"{PREFIX}0002"),
        ("suspended", "三（2）班", 2024, 3, f"{PREFIX}0004"),
        ("enrolled", "三（1）班", 2024, 3, f"{PREFIX}0005"),
        ("enrolled", "一（1）班", 2026, 1, None),
    ]
    assert of_series() == [
        (serial, "live" if serial in (2, 4, 5) else "retired", serial in (2, 4, 5))
        for serial in range(1, 8)
    ]
    assert Series.objects.get().last == 7
    assert check_numbers().historic == 4
    events = RegisterEvent.objects.values_list("kind", "change", "booked_month")
    assert Counter(events) == {
        ("opening", 1, date(2026, 9, 1)): 3,
        ("opening", 0, date(2026, 9, 1)): 1,
        ("numbered", 0, date(2026, 9, 1)): 3,
        ("borrowed", 0, date(2026, 9, 1)): 1,
    }
    (loan,) = Placement.objects.filter(kind="borrowed")
    assert (str(loan.school.organisation), loan.starts) == ("邻泉小学", date(2026, 2, 20))
    assert sorted(ForeignNumber.objects.values_list("is_national", flat=True)) == [
        False,
        False,
        True,
    ]
    (ill,) = TakenOver.objects.filter(since__isnull=False)
    assert (ill.since, ill.until) == (date(2026, 3, 1), date(2027, 2, 28))
    assert proved() == []


def test_who_studies_on_loan_outside_is_lent_from_here_and_called_back_by_the_home_school(world):
    taken_over(world, [line(2), line(5, host="海港区第一小学", host_since="2026-02-20")])
    (loan,) = Placement.objects.filter(kind="borrowed")
    assert (loan.school, loan.outside, loan.starts) == (None, "海港区第一小学", date(2026, 2, 20))
    heads = counts(world.organisations["清泉小学"].path)
    assert (heads.enrolled, heads.present, heads.borrowed_out) == (2, 1, 1)
    assert proved() == []

    change = Change(kind=END, placement_id=loan.pk, reason="back")
    end = ask(typed=Typed(row={}), change=change, acting=world.acting("clerk"))
    pupils.sign(world, end, "principal", "centre")
    assert counts(world.organisations["清泉小学"].path).present == 2
    assert proved() == []


def test_undone_as_a_whole_who_was_lent_outside_is_lent_no_more(world):
    lines = [line(1, host="海港区第一小学", host_since="2026-02-20")]
    takeover = undone(world, taken_over(world, lines))
    assert takeover.state == TakeoverState.UNDONE, takeover.summary
    assert not Placement.objects.filter(ends__isnull=True).exists()


def test_the_next_number_of_a_series_follows_the_highest_taken_over(world):
    taken_over(world, [line(3), line(9)])
    (student,) = making.entrants(world, ["后来的"])
    own = SchoolClass.objects.get(entry_year=2024)
    for model in (Student, Placement):
        where = {"id": student.pk} if model is Student else {"student": student.pk}
        model.objects.filter(**where).update(school_class=own, entry_year=2024, grade=3)

    (row,) = making.issue(world, entry_year=2024)

    assert row.number == f"{PREFIX}0010"


def test_undone_as_a_whole_everything_is_as_before_and_may_come_again(world):
    lines = [line(1), line(3, status="休学", since="2026-03-01", until="2027-02-28")]
    takeover = undone(world, taken_over(world, lines))

    assert takeover.state == TakeoverState.UNDONE, takeover.summary
    assert set(Student.objects.values_list("status", "number", "school")) == {
        ("pending", None, None)
    }
    assert not Placement.objects.filter(ends__isnull=True).exists()
    assert Series.objects.get().last == 0
    assert {state for _, state, _ in of_series()} == {"given_back"}
    assert RegisterEvent.objects.filter(kind="reversed").count() == 4
    assert proved() == []

    again = taken_over(world, lines)

    assert again.state == TakeoverState.STORED
    assert Student.objects.count() == 2
    assert [row for row in of_series() if row[1] != "given_back"] == [
        (1, "live", True),
        (2, "retired", False),
        (3, "live", True),
    ]
    assert proved() == []


def test_a_hole_goes_to_whom_it_belongs_and_is_a_hole_again_when_that_is_undone(world):
    taken_over(world, [line(3)])
    later = taken_over(world, [line(2)])

    assert [row for row in of_series() if row[1] != "given_back"] == [
        (1, "retired", False),
        (2, "live", True),
        (3, "live", True),
    ]
    assert proved() == []

    undone(world, later)

    assert [row for row in of_series() if row[1] != "given_back"] == [
        (1, "retired", False),
        (2, "retired", False),
        (3, "live", True),
    ]
    assert proved() == []


def test_one_pupil_who_went_on_keeps_the_whole_school(world):
    takeover = taken_over(world, [line(1), line(2)])
    first = Student.objects.order_by("pk").first()
    pupils.move(first, to=world.schools["邻泉小学"], acting=world.acting("county"))

    takeover = undone(world, takeover)

    assert takeover.state == TakeoverState.STORED
    assert takeover.summary["refused"].startswith(f"{first.name}建库以后办过转")
    assert proved() == []


FAULTS = [
    (line(31, number=""), "number", "没有学籍号"),
    (line(32, number="02262401800001"), "number", "学校代码"),
    (line(33, number="02252401700001"), "number", "县（区）代码"),
    (line(34, number="2262401700001"), "number", "不是 14 位"),
    (line(35, number=f"{PREFIX}0011"), "number", "已编给别的学生"),
    (line(2, grade="九年级"), "grade", "本校没有"),
    (line(3, grade="四年级", school_class="四（1）班"), "entry_year", None),
    (line(4, school_class="四（1）班"), "school_class", "认不出"),
    (line(5, school_class=""), "school_class", "还没有填班级"),
    (line(6, status="毕业"), "status", "不在建库的范围"),
    (line(7, status="休学", since="2026-03-01"), "until", "还没有填"),
    (line(8, host="清泉小学", host_since="2026-02-20"), "host", "就是本校"),
    (line(9, national=pupils.id_number()), "national", "身份证号"),
    (line(10, entry_year="2023", number="02262301700010"), "entry_year", "应是 2024 年入学"),
]


def test_every_fault_stands_at_its_cell_and_keeps_everybody_out(world):
    taken_over(world, [line(11)])
    standing = Student.objects.get()
    lines = [row for row, _, _ in FAULTS]
    lines += [line(20), line(20), line(21, id_number=standing.id_number)]

    takeover = checked(world, lines)

    found: dict[int, set[tuple[str, str]]] = {}
    for entry in keeping.entries_of(takeover):
        found[entry.line - 2] = {(fault.key, fault.message) for fault in entry.faults}
    for place, (_, key, said) in enumerate(FAULTS):
        told = [message for at, message in found[place] if at == key]
        assert (said is None and not told) or any(said in message for message in told), (
            place,
            found[place],
        )
    ends = [len(FAULTS), len(FAULTS) + 1, len(FAULTS) + 2]
    assert ["与第" in str(found[place]) for place in ends] == [True, True, False]
    assert "不得重复建立" in str(found[ends[2]])
    assert takeover.state == TakeoverState.FAULTY
    with pytest.raises(Refused, match="不能确认"):
        stored(world, takeover)
    assert Student.objects.count() == 1
    assert workbooks.opened(documents.open_bytes(takeover.marked)).sheetnames[-1] == "导入结果"


def test_a_class_that_was_closed_takes_nobody(world):
    SchoolClass.objects.create(
        school=world.schools["清泉小学"],
        stage="primary",
        entry_year=2024,
        number=1,
        grade=3,
        capacity=45,
        closed_on=date(2026, 9, 1),
    )
    (entry,) = keeping.entries_of(checked(world, [line(1)]))
    assert [(fault.key, fault.message, fault.remedy) for fault in entry.faults] == [
        ("school_class", "三（1）班已撤销，不能编入。", "请填学生现在所在的班。")
    ]


def test_who_uploaded_does_not_confirm_and_a_reason_needs_the_head(world):
    repeater = line(
        1,
        entry_year="2023",
        number="02262301700001",
        reason="二年级时因病休学一年，复学后随下一年级",
    )
    takeover = checked(world, [repeater])
    assert (takeover.state, takeover.exceptions) == (TakeoverState.READY, 1), takeover.summary
    mine = {"takeover_id": takeover.pk, "key": "0" * 32}

    with pytest.raises(Refused, match="要由教育局的另一人确认"):
        keeping.confirm(**mine, acting=world.acting("county"))
    for stranger in ("clerk", "principal", "centre", "county9", "city"):
        with pytest.raises(PermissionDenied):
            keeping.confirm(**mine, acting=world.acting(stranger))
    takeover = stored(world, takeover)

    assert takeover.state == TakeoverState.STORED
    assert TakenOver.objects.get().reason.startswith("二年级时因病休学")
    assert (Series.objects.get().entry_year, Student.objects.get().entry_year) == (2023, 2024)
    assert proved() == []


def test_what_changed_between_check_and_confirmation_is_told_and_nothing_stored(world):
    row = line(1)
    takeover = checked(world, [row])
    pupils.submitted(world, "clerk", id_number=row["id_number"], name="张三丰")

    takeover = stored(world, takeover)
    assert takeover.state == TakeoverState.CHECKING
    workbooks.run(takeover.job)

    takeover = takeovers.again(takeover)
    assert (takeover.state, takeover.confirmed_by) == (TakeoverState.FAULTY, None)
    assert Student.objects.count() == 1


def test_one_takeover_of_a_school_at_a_time_and_none_of_another_county(world):
    takeovers.opened(world)

    with pytest.raises(Refused, match="已经开通建库"):
        takeovers.opened(world)
    with pytest.raises(PermissionDenied):
        takeovers.opened(world, "滦州甲小学")
    with pytest.raises(Refused, match="没有 2020-09-01 所在的学年"):
        takeovers.opened(world, "邻泉小学", as_on=date(2020, 9, 1))


@pytest.mark.parametrize("count", [1, 30])
def test_check_and_store_take_the_same_queries_for_one_row_and_for_many(world, count):
    lines = [line(serial) for serial in range(1, count + 1)]
    takeover = takeovers.opened(world)
    with CaptureQueriesContext(connection) as queries:
        stored(world, checked(world, lines, takeover))
    assert len(queries) == QUERIES


QUERIES = 116
