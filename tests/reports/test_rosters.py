"""A roster gives what its list gives, whole or not at all, to whoever asked and to nobody else."""

from datetime import timedelta

import pytest

from reports.models import ExportState, RosterExport
from reports.queries import exports, sources
from reports.queries.columns import every
from reports.services import choices, rosters
from tests import pupils
from tests.reports.conftest import table
from tests.world import NOON
from xueji.cases.kinds import Refused
from xueji.documents import services as documents
from xueji.documents.models import Document
from xueji.identity import masking
from xueji.jobs import services as jobs
from xueji.jobs.models import Job, JobState
from xueji.pages import finding
from xueji.students import showing
from xueji.students.models import Student


# -- what stands in it --------------------------------------------------------------------------
def test_a_roster_has_the_pupils_of_the_list_in_its_order_with_masked_numbers(world, ask):
    first = pupils.enrolled(world, name="赵大", phone="13931520018")
    second = pupils.enrolled(world, name="丁乙", m1_name="丁父")
    pupils.enrolled(world, "clerk2", name="外人", **pupils.SHANGZHUANG)

    export = ask("clerk")

    def row(number: str, student: Student, name: str) -> list[str]:
        masked = masking.mask_id(student.id_number)
        return [number, name, student.get_sex_display(), masked, "1393152****", "清泉小学"]

    headers = ["序号", "姓名", "性别", "身份证件号", "联系电话", "学校"]
    assert table(export) == [headers, row("1", second, "丁乙"), row("2", first, "赵大")]
    assert (export.state, export.rows) == (ExportState.READY, 2)
    assert export.students == [second.pk, first.pk]
    assert export.document.expires_on == NOON.date() + timedelta(days=7)


def test_whole_numbers_are_text_and_the_file_says_who_took_it_and_when(world, ask):
    student = pupils.enrolled(world, name="赵大")
    export = ask("clerk", whole=True)
    assert table(export)[1][3:5] == [student.id_number, student.phone]
    name = world.posts["clerk"].user.name
    assert export.document.name == f"名册（含完整号码）{name} 2026-09-02 1200.xlsx"


@pytest.mark.parametrize("name", ["school", "class"])
def test_a_school_or_class_of_others_in_the_address_gives_nobody_of_theirs(world, ask, name):
    own = pupils.enrolled(world, name="赵大")
    other = world.schools["上庄小学"]
    its_class = other.classes.get(number=1)
    pupils.enrolled(
        world, "clerk2", name="外人", school_class=str(its_class.pk), **pupils.SHANGZHUANG
    )
    pk = {"school": other.pk, "class": its_class.pk}[name]
    assert set(ask("clerk", f"{name}={pk}").students) <= {own.pk}


def test_filters_search_and_sort_of_the_list_go_with_it(world, ask):
    one = pupils.enrolled(world, name="丁一")
    two = pupils.enrolled(world, name="单二丁")
    assert ask("clerk", "sort=strokes&q=丁", sort="strokes").students == [one.pk, two.pk]
    assert ask("clerk", "grade=1&status=enrolled").words == "一年级 · 在读"
    with pytest.raises(Refused, match="名单上没有学生"):
        ask("clerk", "grade=2")


def test_every_column_says_what_the_pupils_page_says(world, ask):
    student = pupils.enrolled(world, name="全填", former_name="曾用", specialty="书法、=1+1")
    student = Student.objects.select_related("sheet", "school_class").get(pk=student.pk)
    source = sources.find(world.acting("clerk"), finding.parsed(""), "")
    told = dict(
        zip(source.columns, table(ask("clerk", columns=tuple(source.columns)))[1][1:], strict=True)
    )
    groups = showing.shown(
        student, student.sheet, student.family.order_by("position"), medical=True
    )
    for group in groups[:-1]:
        for line in group.lines:
            assert (line.field, told[line.field]) == (line.field, line.text)
    member = {f"m1_{line.field}": line.text for line in groups[-1].lines}
    assert {key: told[key] for key in member} == member
    assert {told[key] for key in told if key.startswith("m2_")} == {""}


def test_a_csv_has_the_same_rows(world, ask):
    pupils.enrolled(world, name="赵大")
    export = ask("clerk", format="csv", columns=("name", "sex"))
    text = documents.open_bytes(export.document).decode()
    assert text == '\ufeff"序号","姓名","性别"\r\n"1","赵大","' + table_sex() + '"\r\n'


def table_sex() -> str:
    return Student.objects.get().get_sex_display()


def test_families_and_rows_are_read_in_a_fixed_number_of_queries(
    world, ask, django_assert_num_queries
):
    acting = world.acting("clerk")

    def read() -> int:
        source = sources.find(acting, finding.parsed(""), "")
        columns = [source.columns[key] for key in ("name", "school_class", "m1_name", "health")]
        return len(list(source.lines(columns, "name", False)))

    pupils.enrolled(world)
    with django_assert_num_queries(2):
        assert read() == 1
    pupils.enrolled(world, name="丁一")
    pupils.enrolled(world, name="丁二")
    with django_assert_num_queries(2):
        assert read() == 3


# -- what a post may not know -------------------------------------------------------------------
@pytest.mark.parametrize("username", ["centre", "city", "province"])
def test_medical_columns_are_for_school_and_county(world, ask, username):
    pupils.enrolled(world)
    medical = {"health", "blood_type", "inclusion", "disability"}
    of_clerk = sources.find(world.acting("clerk"), finding.parsed(""), "").columns
    of_other = sources.find(world.acting(username), finding.parsed(""), "").columns
    assert set(of_clerk) - set(of_other) == medical
    with pytest.raises(Refused, match="不能看"):
        ask(username, columns=("name", "health"))


def test_the_former_school_exports_what_was_while_the_pupil_was_there(world, ask):
    student = pupils.enrolled(world, name="原名")
    number = masking.mask_id(student.id_number)
    later = world.acting("county", at=NOON + timedelta(days=9))
    pupils.move(student, to=world.schools["上庄小学"], acting=later)
    pupils.correct(student, acting=later, name="新名", phone="13700000009")
    columns = ("name", "id_number", "phone", "school", "ends")
    export = ask("clerk", "place=former", columns=columns, sort="left")
    gone = str(later.today)
    assert table(export)[1:] == [["1", "原名", number, "1393152****", "清泉小学", gone]]
    source = sources.find(world.acting("clerk"), finding.parsed("place=former"), "")
    assert {column.member for column in source.columns.values()} == {0}
    assert not any("sheet__" in f for c in source.columns.values() for f in c.fields)
    with pytest.raises(Refused, match="已经离开"):
        ask("clerk", "place=former", columns=("name",), sort="left", whole=True)
    with pytest.raises(Refused, match="名单上没有学生"):
        ask("clerk1b", "place=former", columns=("name",), sort="left")


def test_children_in_deferral_are_a_list_of_their_own_without_medical_items(world, ask):
    child = pupils.deferred(world, name="晚来")
    export = ask("clerk", "list=deferrals", columns=("name", "school", "until"), sort="until")
    assert table(export)[1:] == [["1", "晚来", "清泉小学", "2027-08-31"]]
    assert export.students == [child.pk]
    columns = sources.find(world.acting("clerk"), finding.parsed("list=deferrals"), "").columns
    assert {"health", "disability"} & set(columns) == set()
    with pytest.raises(Refused, match="名单上没有学生"):
        ask("clerk2", "list=deferrals", columns=("name",), sort="until")


def test_no_secret_field_is_a_column():
    assert {column.data_class.value for column in every().values()} == {
        "public",
        "personal",
        "sensitive",
        "medical",
    }


# -- long ones ----------------------------------------------------------------------------------
def test_a_long_roster_is_made_by_a_worker(world, ask, settings):
    settings.EXPORT_JOB_ROWS = 1
    first, second = pupils.enrolled(world, name="丁一"), pupils.enrolled(world, name="丁二")
    export = ask("clerk")
    assert (export.state, export.job.state, export.job.post) == (
        ExportState.MAKING,
        JobState.QUEUED,
        export.post,
    )
    assert export.job.parameters == {"export": export.pk}
    jobs.run_next()
    export.refresh_from_db()
    job = Job.objects.get(pk=export.job_id)
    assert (job.state, job.done, job.total) == (JobState.DONE, 2, 2)
    assert (export.state, export.students) == (ExportState.READY, [second.pk, first.pk])


def test_a_list_that_no_file_holds_is_refused(world, ask, monkeypatch):
    monkeypatch.setattr(rosters, "MOST_ROWS", 1)
    pupils.enrolled(world, name="丁一")
    pupils.enrolled(world, name="丁二")
    with pytest.raises(Refused, match="名单有 2 名，超过一个文件的上限"):
        ask("clerk")
    assert RosterExport.objects.count() == 0


def test_a_file_that_cannot_be_whole_is_not_made(world, ask, files, monkeypatch):
    monkeypatch.setattr("xueji.excel.texts.MOST_IN_A_CELL", 3)
    pupils.enrolled(world, name="丁一二三")
    with pytest.raises(Refused, match="的「姓名」太长"):
        ask("clerk", columns=("name",))
    assert Document.objects.count() == 0
    assert [path for path in files.glob("**/*") if path.is_file()] == []


# -- kept columns -------------------------------------------------------------------------------
def test_kept_columns_are_a_persons_own_and_replaced_by_name(world):
    clerk, other = world.acting("clerk"), world.acting("principal")
    first = choices.keep(name="报表", columns=["name"], acting=clerk)
    choices.keep(name="报表", columns=["sex"], acting=clerk)
    assert [(row.name, row.columns) for row in exports.choices(clerk)] == [("报表", ["sex"])]
    choices.forget(choice_id=first.pk, acting=other)
    assert exports.choices(clerk).count() == 1
    choices.forget(choice_id=first.pk, acting=clerk)
    assert exports.choices(clerk).count() == 0


def test_kept_columns_are_bounded(world, monkeypatch):
    monkeypatch.setattr(choices, "MOST", 1)
    choices.keep(name="一", columns=["name"], acting=world.acting("clerk"))
    with pytest.raises(Refused):
        choices.keep(name="二", columns=["name"], acting=world.acting("clerk"))
