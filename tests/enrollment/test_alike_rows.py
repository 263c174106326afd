"""Rows of one workbook that may be one child: warned of as those across the tree are."""

import itertools
from datetime import date

import pytest

from enrollment.models import BatchState
from tests import pupils
from tests.enrollment import takeovers, workbooks
from xueji.cases.models import Case, State
from xueji.students import services as students
from xueji.students.duplicates import Person, among, near_each
from xueji.students.models import Student

pytestmark = pytest.mark.usefixtures("noon")

APRIL, SWAPPED, LATER = date(2020, 4, 5), date(2020, 5, 4), date(2020, 4, 15)
BOY = {"name": "陈雨桐", "born": APRIL, "order": 1}
NUMBERS = {"m1_id_number": pupils.id_number(born=date(1990, 1, 1), order=1)}
CALLED = {"m1_name": "陈建国", "m1_phone": "13931520077"}
OTHER_HOME = {"m1_name": "李建国", "m1_phone": "13931520078"}


def rows(*children: dict) -> list[dict[str, str]]:
    """Lines of a workbook; ``born`` and ``order`` make the number."""
    lines = workbooks.rows(len(children))
    for line, (n, child) in zip(lines, enumerate(children), strict=True):
        more = {"order": 2 * n + 1, "m1_phone": f"1393152000{n}", **child}
        number = pupils.id_number(born=more.pop("born"), order=more.pop("order"))
        line.update({"id_number": number, **more})
    return lines


def told(world, lines) -> list[tuple[int, str, str]]:
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))
    return [(f["line"], f["label"], f["message"]) for f in batch.summary["faults"]]


def says(*pairs: tuple[int, str]) -> list[tuple[int, str, str]]:
    return [
        (line, "姓名", f"疑似重复：表内第 {others} 行的学生可能是同一人。")
        for line, others in pairs
    ]


BOTH = [(2, "3"), (3, "2")]


@pytest.mark.parametrize(
    ("other", "pairs"),
    [
        pytest.param({}, BOTH, id="all the same but for the number"),
        pytest.param({"order": 2}, BOTH, id="the other sex"),
        pytest.param({"name": "陈羽彤"}, BOTH, id="a homophone"),
        pytest.param({"name": "陈羽彤", "order": 2}, [], id="a homophone of the other sex"),
        pytest.param({"name": "陈雨涵"}, [], id="a twin by another given name"),
        pytest.param({"name": "陈雨涵", **CALLED}, [], id="a twin under the same guardian"),
        pytest.param({"born": SWAPPED}, BOTH, id="day and month swapped"),
        pytest.param({"born": SWAPPED, "order": 2}, [], id="swapped, the other sex"),
        pytest.param({"born": SWAPPED, "name": "陈羽彤"}, [], id="swapped, a homophone"),
        pytest.param({"born": LATER}, [], id="the same name on another day"),
        pytest.param({"born": LATER, **CALLED}, BOTH, id="another day, the same guardian"),
        pytest.param({"born": LATER, **NUMBERS}, [], id="another day, one guardian with number"),
        pytest.param({"name": "陈羽彤", "born": LATER, **CALLED}, [], id="siblings of one sound"),
    ],
)
def test_two_rows_are_alike_as_two_pupils_are(world, other, pairs):
    assert told(world, rows({**BOY, **CALLED}, {**BOY, **OTHER_HOME, "order": 3, **other})) == says(
        *pairs
    )


def test_a_guardian_is_known_by_the_number_where_both_rows_have_it(world):
    lines = rows({**BOY, **NUMBERS}, {**BOY, "order": 3, "born": LATER, **OTHER_HOME, **NUMBERS})
    assert told(world, lines) == says(*BOTH)


def test_three_alike_name_each_other_and_a_row_without_number_is_one_of_them(world):
    bare = {"id_type": "Z", "id_number": "", "no_id_reason": "补办中", **NUMBERS}
    lines = rows(BOY, {**BOY, "order": 3}, {**BOY, **bare, "sex": "男", "birth_date": "2020-04-05"})
    assert told(world, lines) == says((2, "3、4"), (3, "2、4"), (4, "2、3"))


def test_one_number_in_two_rows_is_told_once(world):
    first, second = rows(BOY, BOY)
    second["id_number"] = first["id_number"]
    assert [said for _, _, said in told(world, [first, second])] == [
        "与第 3 行是同一名学生。",
        "与第 2 行是同一名学生。",
    ]


def test_with_a_reason_both_come_and_the_county_compares_them(world):
    lines = rows(BOY, {**BOY, "order": 3})
    for line in lines:
        line["reason"] = "同名同日生的两个孩子，户口簿都已核对"
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))
    assert (batch.state, batch.fresh) == (BatchState.READY, 2)

    workbooks.stored(world, batch)

    cases = Case.objects.filter(imported__batch=batch)
    asked = cases.filter(steps__role="county_officer", steps__exceptions__isnull=False)
    assert (asked.count(), set(cases.values_list("enrollment__near_duplicates", flat=True))) == (
        2,
        {1},
    )


def test_a_new_row_is_compared_with_a_draft_that_an_earlier_intake_began(world):
    first, second = rows(BOY, {**BOY, "order": 3})
    first["paper_property_proof"] = ""
    workbooks.imported(world, [first])
    assert Case.objects.get().state == State.DRAFT

    assert told(world, [first, second]) == says((3, "2"))


def test_who_is_alike_in_the_tree_and_in_the_workbook_is_told_in_one_sentence(world):
    pupils.submitted(world, "clerk", id_number=pupils.id_number(born=APRIL, order=9), name="陈雨桐")
    lines = rows(BOY, {**BOY, "order": 3})
    words = "疑似重复：有 1 名学生可能是同一人，表内第 {} 行的学生可能是同一人。"
    assert told(world, lines) == [
        (2, "姓名", words.format(3)),
        (3, "姓名", words.format(2)),
    ]


def test_a_takeover_warns_of_them_too(world):
    lines = [
        takeovers.line(n, name="陈雨桐", id_number=pupils.id_number(born=APRIL, order=2 * n + 1))
        for n in (1, 2)
    ]
    found = takeovers.checked(world, lines)
    assert [(f["line"], f["message"]) for f in found.summary["faults"]] == [
        (line, message) for line, _, message in says(*BOTH)
    ]


def test_in_a_workbook_near_is_what_it_is_in_the_tree(world):
    """Every mixture of name, sound, sex and day, compared by both."""
    typed = Person(name="陈雨桐", sex="1", birth_date=APRIL)
    for name, sex, born in itertools.product(
        ("陈雨桐", "陈羽彤", "陈雨涵"), ("1", "2"), (APRIL, SWAPPED, LATER)
    ):
        other = Student(name=name, sex=sex, birth_date=born, id_type="Z", no_id_reason="补办中")
        students.derive(other)
        other.save()
        [in_tree] = near_each([Person(**vars(typed) | {"id_number": "1"})])
        person = Person(name=name, sex=sex, birth_date=born, id_number="2")
        in_file = among([Person(**vars(typed) | {"id_number": "1"}), person])
        alike = [match.student for match in in_tree]
        assert (alike, in_file) in [([], {}), ([other], {0: [1], 1: [0]})], (name, sex, born)
        other.delete()


def test_twenty_thousand_rows_of_one_child_name_no_more_than_twenty_each():
    people = [
        Person(name="陈雨桐", sex="1", birth_date=APRIL, id_number=str(n)) for n in range(20_000)
    ]
    found = among(people)
    assert {len(found[place]) for place in range(20_000)} == {20}
    assert found[0] == list(range(1, 21))


def test_behind_many_doubles_one_who_is_alike_is_still_found():
    double = Person(name="陈雨桐", sex="1", birth_date=APRIL, id_number="1")
    other = Person(name="陈雨桐", sex="1", birth_date=APRIL, id_number="2")
    found = among([*[double] * 21, other])
    assert found == {place: [21] for place in range(21)} | {21: list(range(20))}


def test_ten_thousand_pairs_of_doubles_name_no_more_than_twenty_others_each():
    people = [
        Person(name="陈雨桐", sex="1", birth_date=APRIL, id_number=str(n // 2))
        for n in range(20_000)
    ]
    found = among(people)
    assert (len(found), found[0], found[19_999]) == (
        20_000,
        list(range(2, 22)),
        list(range(20)),
    )
