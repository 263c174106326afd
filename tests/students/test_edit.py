"""Editing a built register: what is saved, what stays, and what is refused."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests import pupils
from tests.world import NOON
from xueji.audit import history
from xueji.identity.classification import DataClass
from xueji.rules.engine import rule_set
from xueji.students import editing, services
from xueji.students.models import FamilyMember, Status, Student, StudentSheet
from xueji.students.services import NotEditable, Outdated, Unchanged, Unfit

LATER = NOON + timedelta(hours=3)
GRANDMOTHER = {
    "m2_name": "李秀英",
    "m2_relation": "62",
    "m2_phone": "13777776666",
    "m2_guardian": "1",
}


@pytest.fixture
def student(world) -> Student:
    return pupils.enrolled(world, phone="13911112222", specialty="剪纸", email="w@example.com")


@pytest.fixture
def edit(world, student):
    """``edit(phone="…")``: save these texts as the clerk, as of the version that stands."""

    def save(who="clerk", *, version=None, reason="家长来电", at=LATER, **row):
        now = Student.objects.get(pk=student.pk)
        return services.edit(
            student_id=student.pk,
            version=now.version if version is None else version,
            row=row,
            reason=reason,
            acting=world.acting(who, at=at),
        )

    return save


def now(student):
    return editing.load(Student.objects.get(pk=student.pk))


def wrong(refused) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in refused.value.problems]


# -- what is written ------------------------------------------------------------------------------
def test_an_item_is_saved_and_signed_and_nothing_else_moves(world, student, edit):
    before, texts = student.version, now(student).texts([1, 2])

    edit(postcode="064401", boarding="2", reason="搬家")

    after = now(student)
    changed = {key: text for key, text in after.texts([1, 2]).items() if texts[key] != text}
    assert changed == {"postcode": "064401", "boarding": "2"}
    assert Student.objects.get(pk=student.pk).version == before + 1
    for model, owner in ((Student, "id"), (StudentSheet, "student_id")):
        row = model.history.filter(**{owner: student.pk}).latest("history_id")
        signed = (row.history_user, row.history_post, row.history_change_reason, row.history_date)
        post = world.posts["clerk"]
        assert signed == (post.user, post, "修改信息：搬家", LATER)


def test_an_edit_of_the_family_alone_counts_the_version_too(student, edit):
    edit(m1_workplace="务农")
    assert now(student).student.version == student.version + 1
    assert now(student).family[1].workplace == "务农"


def test_a_masked_item_left_empty_stays_and_a_new_one_replaces_it(student, edit):
    edit(phone="", email="", m1_phone="", specialty="围棋")
    assert [now(student).texts([1])[key] for key in ("phone", "email", "m1_phone")] == [
        "13911112222",
        "w@example.com",
        "13931520018",
    ]

    edit(phone="13911113333", email="无")
    assert (now(student).student.phone, now(student).sheet.email) == ("13911113333", "")


@pytest.mark.parametrize(
    ("text", "typed_code", "code"),
    [
        ("建昌营镇 清泉村 3 号", "130283103228", "130283103228"),
        ("建昌营镇 清泉村 3 号", "", "130283103228"),
        ("建昌营镇 清泉村", "130283103227", "130283103228"),
        ("外地 某村", "130283103227", ""),
    ],
)
def test_a_place_keeps_only_the_code_of_what_its_text_names(student, edit, text, typed_code, code):
    edit(address_text=text, address_code=typed_code)
    saved = now(student).student
    assert (saved.address_text, saved.address_code) == (text, code)


def test_yes_and_no_and_codes_and_spans_are_read_as_at_the_entry(student, edit):
    edit(needs_aid="1", left_behind="2", distance="1.5", id_valid="2024.03.01-长期")
    texts = now(student).texts([])
    keys = ("needs_aid", "left_behind", "distance", "id_valid")
    assert [texts[key] for key in keys] == ["1", "2", "1.5", "2024.03.01-长期"]


def test_what_does_not_agree_is_told_and_saved(student, edit):
    hints = edit(travel="2")
    assert [(hint.code, hint.field) for hint in hints] == [("bus", "school_bus")]
    assert edit(specialty="围棋") == []  # told once, not with every later edit


# -- the family -----------------------------------------------------------------------------------
def test_a_member_is_added_changed_and_taken_out(student, edit):
    edit(**GRANDMOTHER, m2_address_text="建昌营镇 军屯村")
    family = now(student).family
    assert [(n, m.name, m.relation, m.is_guardian) for n, m in family.items()] == [
        (1, "王建军", "1", True),
        (2, "李秀英", "62", True),
    ]
    assert family[2].address_code == "130283103227"

    edit(m2_relation="64", m1_gone="on")
    family = now(student).family
    assert [(n, m.name, m.relation) for n, m in family.items()] == [(2, "李秀英", "64")]
    last = FamilyMember.history.filter(student_id=student.pk).latest("history_id")
    assert {row.history_type for row in FamilyMember.history.filter(history_date=LATER)} == set(
        "+~-"
    )
    assert last.history_change_reason == "修改信息：家长来电"

    edit(m1_name="王建国", m1_relation="1", m1_phone="13666665555", m1_guardian="0")
    assert [(n, m.name) for n, m in now(student).family.items()] == [(1, "王建国"), (2, "李秀英")]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"m1_gone": "on"}, [("guardian", "m1_guardian")]),
        ({"m1_guardian": "0"}, [("guardian", "m1_guardian")]),
        ({"m2_name": "李秀英"}, [("missing", "m2_relation"), ("missing", "m2_phone")]),
        ({"m1_name": ""}, [("missing", "m1_name")]),
        ({"m1_phone": "无"}, [("missing", "m1_phone")]),
    ],
)
def test_a_guardian_stays_and_a_member_is_whole(student, edit, row, says):
    with pytest.raises(Unfit) as refused:
        edit(**row)
    assert wrong(refused) == says


# -- what is refused ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"postcode": "0644"}, [("form", "postcode")]),
        ({"postcode": ""}, [("missing", "postcode")]),
        ({"phone": "123"}, [("phone", "phone")]),
        ({"nation": "xx"}, [("unknown_code", "nation")]),
        ({"distance": "很远"}, [("number", "distance")]),
        ({"native_place": "河" * 61}, [("long", "native_place")]),
        ({"hukou_text": ""}, [("missing", "hukou_text")]),
    ],
)
def test_the_checks_are_those_of_the_entry(student, edit, row, says):
    before = now(student).texts([1])
    with pytest.raises(Unfit) as refused:
        edit(**row)
    assert [field for _, field in wrong(refused)] == [field for _, field in says]
    assert now(student).texts([1]) == before


def test_what_was_never_filled_in_stops_only_who_touches_it(world, student, edit):
    sheet = StudentSheet.objects.get(student=student)
    sheet.postcode = ""
    history.update([sheet], fields=["postcode"], acting=world.acting("clerk"), reason="旧数据")

    edit(specialty="围棋")
    with pytest.raises(Unfit) as refused:
        edit(postcode="06440")
    assert wrong(refused) == [("form", "postcode")]


def test_a_pupil_without_sheet_gets_one_with_what_was_typed(world, student, edit):
    sheet = StudentSheet.objects.get(student=student)
    history.delete([sheet], acting=world.acting("clerk"), reason="旧数据")

    edit(travel="1")

    saved = StudentSheet.objects.get(student=student)
    assert (saved.travel, saved.postcode, saved.orphan) == ("1", "", None)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "王子涵"),
        ("id_number", pupils.id_number()),
        ("sex", "9"),
        ("birth_date", "2020-01-01"),
        ("id_type", "A"),
    ],
)
def test_key_data_is_refused_with_its_text_also_from_a_forged_form(student, edit, key, value):
    before = now(student).texts([1])
    with pytest.raises(Unfit) as refused:
        edit(**{key: value, "specialty": "围棋"})
    assert ("key_data", key) in wrong(refused)
    assert now(student).texts([1]) == before


def test_items_with_a_procedure_of_their_own_are_passed_over(student, edit):
    with pytest.raises(Unchanged):
        edit(entered_on="2020-09-01", school_class="1", migrant="1", number="1", status="left")
    assert now(student).student.migrant is False


def test_medical_items_are_only_for_posts_that_see_them(world, student):
    saved = now(student)
    said = {"rules": rule_set("qianan").at(NOON.date()), "today": NOON.date(), "county": "130283"}
    row = {"health": "30", "disability": "1", "specialty": "围棋"}

    seen = editing.check(row, saved, medical=True, **said)
    unseen = editing.check(row, saved, medical=False, **said)

    assert seen.sheet == {"health": "30", "disability": "1", "specialty": "围棋"}
    assert unseen.sheet == {"specialty": "围棋"}
    medical = {
        key for key, e in editing.entries([]).items() if e.item.data_class == DataClass.MEDICAL
    }
    assert medical == {"health", "blood_type", "inclusion", "disability"}


def test_nothing_new_is_not_an_edit(student, edit):
    with pytest.raises(Unchanged):
        edit(specialty=" 剪纸 ", phone="", boarding="1")
    assert now(student).student.version == student.version


@pytest.mark.parametrize(
    ("reason", "code"), [("", "missing"), (" ", "missing"), ("搬" * 81, "long")]
)
def test_an_edit_says_why(student, edit, reason, code):
    with pytest.raises(Unfit) as refused:
        edit(specialty="围棋", reason=reason)
    assert wrong(refused) == [(code, "reason")]


def test_who_saw_an_older_version_overwrites_nothing(student, edit):
    seen = student.version
    edit(specialty="围棋", version=seen)
    with pytest.raises(Outdated):
        edit(specialty="书法", version=seen)
    assert now(student).sheet.specialty == "围棋"


def test_a_version_is_found_again_as_it_was(world, student, edit):
    edit(specialty="围棋", **GRANDMOTHER, at=LATER)
    edit(m2_gone="on", phone="13900001111", at=LATER + timedelta(minutes=1))

    was = [editing.at_version(student.pk, student.version + n) for n in range(3)]

    assert [(v.sheet.specialty, v.student.phone, sorted(v.family)) for v in was] == [
        ("剪纸", "13911112222", [1]),
        ("围棋", "13911112222", [1, 2]),
        ("围棋", "13900001111", [1]),
    ]
    assert editing.at_version(student.pk, 999) is None


@pytest.mark.parametrize("who", ["principal", "clerk1b", "clerk9", "centre", "county", "auditor"])
def test_only_the_clerk_of_the_pupils_school_edits(edit, who):
    with pytest.raises(PermissionDenied):
        edit(who, specialty="围棋")


def test_a_former_school_does_not_edit(world, student, edit):
    pupils.move(student, to=world.schools["上庄小学"], acting=world.acting("county"))
    with pytest.raises(PermissionDenied):
        edit(specialty="围棋")
    edit("clerk2", specialty="围棋")


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DROPPED, Status.MISSING])
def test_a_pupil_who_will_come_back_is_edited(world, student, edit, status):
    pupils.correct(student, acting=world.acting("county"), status=status)
    edit(phone="13900001111")
    assert now(student).student.phone == "13900001111"


@pytest.mark.parametrize("status", [Status.WITHDRAWN, Status.EXPELLED, Status.DIED])
def test_a_pupil_without_a_place_here_is_not_edited(world, student, edit, status):
    pupils.correct(student, acting=world.acting("county"), status=status)
    with pytest.raises(NotEditable) as why:
        edit(specialty="围棋")
    assert str(why.value) == (
        f"该生现在的学籍状态是“{status.label}”，只有在读、休学、辍学、失踪的学生可以修改信息。"
        "以后恢复学籍的，由就读学校修改。"
        "（文件未规定，按本县设定（可改）：register.edit_statuses）"
    )
