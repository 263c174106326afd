"""An intake by workbook: judged as the form judges, stored whole or not at all, and undone."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.models import BatchState, Enrollment, ImportedRow
from enrollment.queries import imports
from enrollment.services.batch import keeping, undo
from tests import pupils
from tests.enrollment import workbooks
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, CaseForm, Decision, Paper, State, Step
from xueji.documents import services as documents
from xueji.ledger.models import RegisterEvent
from xueji.organisations.models import SchoolClass
from xueji.students.models import FamilyMember, Status, Student, StudentSheet

pytestmark = pytest.mark.usefixtures("noon")


def sign(world, batch, *people):
    """Let people sign all of the batch that waits for them, from the list."""
    for person in people:
        acting = world.acting(person)
        seen = imports.seen(batch, acting)
        outcomes = cases.decide(
            seen=seen, decision=Decision.AGREED, note="", acting=acting, from_list=True
        )
        assert {outcome.kind for outcome in outcomes.values()} == {"signed"}, outcomes


def undone(world, batch, person, note="录错学校"):
    asked = undo.ask(batch_id=batch.pk, note=note, key=uuid4(), acting=world.acting(person))
    workbooks.run(asked.job)
    return workbooks.again(batch)


def test_nothing_is_stored_before_the_confirmation_and_then_every_row(world):
    lines = workbooks.rows(3)
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))

    assert (batch.state, batch.rows, batch.fresh, batch.faulty) == (BatchState.READY, 3, 3, 0)
    assert (Student.objects.count(), Case.objects.count()) == (0, 0)

    batch = workbooks.stored(world, batch)

    assert (batch.state, batch.summary) == (BatchState.STORED, {})
    found = Case.objects.filter(imported__batch=batch).order_by("pk")
    assert [(case.title, case.state, case.waiting_role) for case in found] == [
        (line["name"], State.OPEN, "principal") for line in lines
    ]
    assert [case.student.id_number for case in found] == [line["id_number"] for line in lines]
    student = found[0].student
    assert (student.status, student.hukou_code, student.phone) == (
        Status.PENDING,
        "130283103227",
        "13931520018",
    )
    assert student.history.get().history_change_reason == f"新生入学 导入批次 {batch.pk}"
    counted = [
        model.objects.count()
        for model in (StudentSheet, FamilyMember, Enrollment, Paper, CaseForm, ImportedRow)
    ]
    assert counted == [3, 3, 3, 6, 3, 3]
    assert Step.objects.count() == 3 * 4
    assert ImportedRow.objects.first().verified_by == "李老师"


def test_a_batch_writes_what_the_form_writes(world):
    """The same child by form and by workbook: every field equal but for keys and times."""
    line = workbooks.rows(1, school_class="", sex="")[0]
    by_form = pupils.submitted(
        world, "clerk", **{k: v for k, v in line.items() if k != "verified_by"}
    )
    other = dict(line, id_number=pupils.id_number(), name="王若愚")
    batch = workbooks.imported(world, [other])
    by_book = Case.objects.get(imported__batch=batch)

    def told(case):
        keep = {"id", "student_id", "name", "id_number", "id_index", "birth_date", "sex"}
        student = {
            field.attname: getattr(case.student, field.attname)
            for field in Student._meta.concrete_fields
            if field.attname not in keep and not field.attname.startswith("name_")
        }
        sheet = {
            field.attname: getattr(case.student.sheet, field.attname)
            for field in StudentSheet._meta.concrete_fields
            if field.attname not in keep
        }
        member = {
            field.attname: getattr(case.student.family.get(), field.attname)
            for field in FamilyMember._meta.concrete_fields
            if field.attname not in keep | {"id"} or field.attname == "name"
        }
        member.pop("id", None)
        steps = list(case.steps.values_list("position", "organisation", "role", "decision"))
        papers = sorted(case.papers.values_list("kind", "seen_by"))
        facts = (case.state, case.due_on, case.waiting_role, case.findings, case.rule_digest)
        return student, sheet, member, steps, papers, facts, case.round, case.version

    by_form.refresh_from_db()
    assert told(by_book) == told(by_form)


def test_a_faulty_row_keeps_everybody_out_and_its_cell_says_why(world):
    lines = workbooks.rows(3)
    lines[1]["id_number"] = lines[1]["id_number"][:-1] + "*"
    lines[2]["nation"] = "火星族"
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))

    assert (batch.state, batch.rows, batch.faulty) == (BatchState.FAULTY, 3, 2)
    with pytest.raises(Refused, match="不能确认"):
        workbooks.stored(world, batch)
    assert Student.objects.count() == 0
    book = workbooks.opened(documents.open_bytes(batch.marked))
    table = book["新生"]
    red = {
        (cell.row, table.cell(1, cell.column).value): cell.comment.text
        for row in table.iter_rows()
        for cell in row
        if cell.comment
    }
    assert set(red) == {(3, "身份证件号"), (4, "民族")}
    assert red[4, "民族"] == "民族「火星族」不在代码表中。\n怎么改：请从民族的选项中选一个。"
    assert table.cell(3, 9).fill.start_color.rgb in ("FFF6C9C4", "00000000")
    assert book.sheetnames == ["新生", "导入结果"]


def test_what_follows_from_another_cell_is_told_once_there(world):
    lines = workbooks.rows(2)
    lines[0] |= {"address_text": "", "mail_address": "", "family_address": ""}
    lines[1] |= {"m1_guardian": "否", "phone": ""}
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))
    assert [(f["line"], f["message"]) for f in batch.summary["faults"]] == [
        (2, "还没有填现住址。"),
        (3, "家庭成员中没有监护人。"),
    ]


def test_a_cell_that_was_not_read_is_not_called_empty_and_kinds_name_no_row(world):
    lines = workbooks.rows(3)
    lines[0]["id_number"] = 130283202003170014.0
    lines[2]["name"] = lines[1]["name"]
    for order, line in enumerate(lines[1:], start=1):
        line["id_number"] = pupils.id_number(born=date(2020, 3, 17), order=order)
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))
    first = batch.summary["faults"][0]
    assert (first["label"], first["value"]) == ("身份证件号", "（读不出）")
    titles = [title for title, _, _ in batch.summary["kinds"]]
    assert {"号码被 Excel 改成了数", "疑似重复"} <= set(titles)
    assert [title for title in titles if "第" in title] == []


def test_a_class_that_is_not_there_is_answered_with_those_that_are(world):
    school = world.school_of("clerk")
    lines = workbooks.rows(1, school_class="一（9）班")
    [few] = told_of_class(world, lines)
    names = [str(row) for row in school.classes.filter(grade=1).order_by("number")]
    assert few == (
        "班级「一(9)班」不是本校本届的班级。",
        f"请从{'、'.join(names)}中选一个；还没有分班的空着。",
    )
    for number in range(len(names) + 1, 13):
        SchoolClass.objects.create(
            school=school, stage="primary", entry_year=2026, grade=1, number=number, capacity=45
        )
    lines[0]["school_class"] = "一（99）班"
    [(_, remedy)] = told_of_class(world, lines)
    assert remedy == (
        "请从一（1）班、一（2）班、一（3）班、一（4）班、一（5）班、一（6）班等 12 个班中选一个；"
        "还没有分班的空着。"
    )


def told_of_class(world, lines):
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))
    return [(f["message"], f["remedy"]) for f in batch.summary["faults"] if f["label"] == "班级"]


def test_the_marked_workbook_corrected_and_sent_again_is_clean(world):
    lines = workbooks.rows(2)
    right, lines[1]["nation"] = lines[1]["nation"], "火星族"
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))
    book = workbooks.opened(documents.open_bytes(batch.marked))
    header = [cell.value for cell in book["新生"][1]]
    book["新生"].cell(3, header.index("民族") + 1).value = right

    batch = workbooks.checked(world, workbooks.saved(book))

    assert (batch.state, batch.fresh) == (BatchState.READY, 2)


def test_rows_without_papers_become_drafts_and_papers_ticked_later_send_them(world):
    lines = workbooks.rows(2)
    bare = [dict(lines[0], paper_property_proof="", verified_by="李老师"), lines[1]]
    batch = workbooks.imported(world, bare)

    states = list(Case.objects.order_by("pk").values_list("title", "state"))
    assert states == [(lines[0]["name"], "draft"), (lines[1]["name"], "open")]
    assert Student.objects.count() == 1
    (draft,) = Case.objects.filter(state="draft")

    second = workbooks.imported(world, lines)

    draft.refresh_from_db()
    assert (draft.state, draft.student.id_number) == ("open", lines[0]["id_number"])
    assert (second.rows, second.same) == (2, 1)
    assert (Case.objects.count(), Student.objects.count()) == (2, 2)
    assert set(ImportedRow.objects.values_list("case", "batch")) == {
        (draft.pk, second.pk),
        (Case.objects.exclude(pk=draft.pk).get().pk, batch.pk),
    }


def test_the_same_file_twice_changes_nothing(world):
    lines = workbooks.rows(3)
    data = workbooks.sheet(workbooks.columns(world), lines)
    workbooks.stored(world, workbooks.checked(world, data))
    before = list(Student.history.values_list("history_id", flat=True))

    batch = workbooks.checked(world, data)

    assert (batch.state, batch.same, batch.fresh, batch.faulty) == (BatchState.READY, 3, 0, 0)
    with pytest.raises(Refused, match="没有要导入的"):
        workbooks.stored(world, batch)
    assert list(Student.history.values_list("history_id", flat=True)) == before
    assert Case.objects.count() == 3


def test_a_number_in_two_rows_is_a_fault_of_both(world):
    lines = workbooks.rows(2)
    lines[1]["id_number"] = lines[0]["id_number"]
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))

    assert [fault["message"] for fault in batch.summary["faults"]] == [
        "与第 3 行是同一名学生。",
        "与第 2 行是同一名学生。",
    ]


def test_of_many_rows_with_one_number_the_first_are_named(world):
    lines = workbooks.rows(12)
    for line in lines:
        line["id_number"] = lines[0]["id_number"]
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))

    told = [f["message"] for f in batch.summary["faults"] if f["label"] == "身份证件号"]
    assert (told[0], told[11]) == (
        "与第 3、4、5、6、7、8、9、10、11、12 等 行是同一名学生。",
        "与第 2、3、4、5、6、7、8、9、10、11 等 行是同一名学生。",
    )
    assert len(told) == 12


def test_a_child_registered_elsewhere_in_the_tree_is_a_fault_with_its_clause(world):
    other = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    lines = workbooks.rows(1)
    lines[0]["id_number"] = other.id_number
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))

    kinds = {fault["clause"][:1] for fault in batch.summary["faults"]}
    assert (batch.state, kinds) == (BatchState.FAULTY, {"《"})
    assert "滦州甲小学" not in str(batch.summary)


def test_a_warning_needs_a_reason_in_the_row_and_then_hangs_on_the_granting_step(world):
    (line,) = workbooks.rows(1, address_text="永顺街道 迁钢社区 3 号楼")
    data = workbooks.sheet(workbooks.columns(world), [line])
    assert workbooks.checked(world, data).state == BatchState.FAULTY

    line["reason"] = "父母在迁钢上班，随祖父母住在军屯村，村委会出了证明"
    batch = workbooks.imported(world, [line])

    (case,) = Case.objects.filter(imported__batch=batch)
    assert {row.reason for step in case.steps.all() for row in step.exceptions.all()} == {
        line["reason"]
    }


def test_signed_in_bulk_placed_in_class_and_undone_as_a_whole(world):
    own = SchoolClass.objects.get(school=world.school_of("clerk"), number=2)
    batch = workbooks.imported(world, workbooks.rows(3, school_class=str(own)))
    sign(world, batch, "principal", "centre", "county")

    assert set(Student.objects.values_list("status", "school_class")) == {("enrolled", own.pk)}
    assert RegisterEvent.objects.filter(kind="entered").count() == 3
    with pytest.raises(Refused):
        undo.undo(batch_id=batch.pk, acting=world.acting("clerk"))

    batch = undone(world, batch, "county")

    assert batch.state == BatchState.UNDONE, batch.summary
    assert set(Student.objects.values_list("status", "school")) == {("pending", None)}
    assert RegisterEvent.objects.filter(kind="reversed").count() == 3
    assert set(Case.objects.values_list("state", flat=True)) == {"reversed"}


def test_one_pupil_who_went_on_keeps_the_whole_batch(world):
    batch = workbooks.imported(world, workbooks.rows(2))
    sign(world, batch, "principal", "centre", "county")
    first = Student.objects.order_by("pk").first()
    pupils.move(first, to=world.schools["邻泉小学"], acting=world.acting("county"))

    batch = undone(world, batch, "county")

    assert batch.state == BatchState.STORED
    assert batch.summary["refused"].startswith(f"{first.name}入学以后学籍又有变动")
    assert set(Case.objects.values_list("state", flat=True)) == {"done"}


def test_a_batch_taken_back_and_sent_again_finds_the_same_pupils(world):
    lines = workbooks.rows(2)
    batch = undone(world, workbooks.imported(world, lines), "clerk")
    assert batch.state == BatchState.UNDONE
    assert set(Case.objects.values_list("state", flat=True)) == {"withdrawn"}

    again = workbooks.imported(world, lines)

    assert (again.state, again.same) == (BatchState.STORED, 0)
    assert (Student.objects.count(), FamilyMember.objects.count()) == (2, 2)


def test_what_changed_between_check_and_confirmation_is_told_and_nothing_stored(world, clerk):
    lines = workbooks.rows(2)
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))
    pupils.submitted(world, "clerk", id_number=lines[0]["id_number"], name="张三丰")

    batch = workbooks.stored(world, batch)
    assert batch.state == BatchState.CHECKING
    workbooks.run(batch.job)

    batch = workbooks.again(batch)
    assert (batch.state, batch.faulty) == (BatchState.FAULTY, 1)
    assert batch.summary["again"] is True
    assert Student.objects.count() == 1
    assert (
        "确认以后有变化：2 行里有 1 行要改，一名也没有导入"
        in clerk.get(f"/enrollment/import/{batch.pk}/").content.decode()
    )


def test_a_batch_thrown_away_leaves_no_file_and_no_fault(world):
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), workbooks.rows(1)))
    keeping.discard(batch_id=batch.pk, acting=world.acting("clerk"))

    batch.refresh_from_db()
    assert (batch.state, batch.summary) == (BatchState.DISCARDED, {})
    assert batch.source.expires_on == world.acting("clerk").today


@pytest.mark.parametrize("count", [1, 40])
def test_check_and_store_take_the_same_queries_for_one_row_and_for_many(world, count):
    data = workbooks.sheet(workbooks.columns(world), workbooks.rows(count))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        batch = workbooks.checked(world, data)
        workbooks.stored(world, batch)
    assert len(queries) == QUERIES


QUERIES = 114
