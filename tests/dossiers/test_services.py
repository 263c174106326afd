"""What lies in a file counts, the rest is lacking until it comes; the daily job keeps account."""

import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import pupils
from tests.documents import scans
from tests.world import NOON
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.documents.models import Document
from xueji.documents.refusals import BadFile
from xueji.dossiers import queries, services, tasks
from xueji.dossiers.models import Dossier, DossierPaper
from xueji.jobs.models import Job
from xueji.students import services as students
from xueji.students.models import Status

pytestmark = pytest.mark.usefixtures("files")
NAMES = ("甲乙", "丙丁", "戊己")
ALL = [["household_book"], ["property_proof"], ["vaccination"]]


class NoLease:
    def progress(self, done: int, total: int) -> None: ...


def job() -> None:
    tasks.assess(Job(), NoLease())


@pytest.fixture
def student(world):
    return pupils.enrolled(world, name="单雄信")


def lock(student):
    return students.lock([student.pk])[student.pk]


def add(world, student, kind: str, who: str = "clerk", *, data: bytes | None = None, at=NOON):
    return services.add(
        student=lock(student),
        kind=kind,
        name="scan.jpg",
        data=io.BytesIO(data) if data else None,
        acting=world.acting(who, at=at),
    )


def lacking(student) -> list:
    return Dossier.objects.get(student=student).lacking


def test_a_fresh_file_lacks_what_was_only_seen(world, student):
    job()
    dossier = Dossier.objects.get(student=student)
    assert (dossier.lacking, dossier.completed_on) == (ALL, None)
    assert (dossier.remind_on, dossier.due_on) == (date(2026, 9, 21), date(2026, 10, 1))


def test_a_scan_of_the_entry_lies_in_the_file(world):
    case = pupils.submitted(world)
    paper = case.papers.get(kind="household_book")
    cases.attach(
        case_id=case.pk,
        paper_id=paper.pk,
        name="a.jpg",
        data=io.BytesIO(scans.jpeg()),
        acting=world.acting("clerk"),
    )
    assert queries.held([case.student_id]) == {}
    pupils.sign(world, case, "principal", "centre", "county")
    job()
    assert lacking(case.student) == [["property_proof"], ["vaccination"]]


def test_with_the_last_paper_the_file_is_complete(world, student):
    add(world, student, "household_book", data=scans.jpeg())
    add(world, student, "property_proof")
    assert lacking(student) == [["vaccination"]]
    add(world, student, "vaccination", at=NOON + timedelta(days=3))
    dossier = Dossier.objects.get(student=student)
    assert (dossier.lacking, dossier.completed_on) == ([], date(2026, 9, 5))
    assert [(p.kind, p.document is not None) for p in DossierPaper.objects.all()] == [
        ("household_book", True),
        ("property_proof", False),
        ("vaccination", False),
    ]


@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "principal", "centre", "county", "auditor"])
def test_only_the_clerk_of_the_pupils_school_adds(world, student, who):
    with pytest.raises(PermissionDenied):
        add(world, student, "vaccination", who)
    assert DossierPaper.objects.count() == 0


def test_what_is_no_paper_or_no_scan_is_refused(world, student):
    with pytest.raises(Refused, match="请先选择是哪一种材料"):
        add(world, student, "x")
    with pytest.raises(BadFile):
        add(world, student, "vaccination", data=scans.HTML)
    add(world, student, "vaccination")
    with pytest.raises(Refused, match="档案里已经有预防接种证"):
        add(world, student, "vaccination")
    assert DossierPaper.objects.count() == 1


def test_who_is_not_registered_any_more_is_waited_for_no_longer(world, student):
    job()
    locked = lock(student)
    locked.status = Status.DIED
    students.leave(
        [locked], on=NOON.date(), acting=world.acting("county"), reason="x", also=("status",)
    )
    assert queries.incomplete(world.acting("county")).count() == 0
    assert services.assess_some(after=0, today=NOON.date()) is None


def test_pending_and_undone_entries_have_no_file(world, student):
    pupils.submitted(world, name="程知节")
    case = student.cases.get()
    cases.reverse(case_id=case.pk, note="录错学校", acting=world.acting("county"))
    job()
    assert Dossier.objects.count() == 0


def test_the_job_may_be_repeated_and_leaves_complete_files_alone(world, student):
    for kind in ("household_book", "property_proof", "vaccination"):
        add(world, student, kind)
    names = [field.name for field in Dossier._meta.fields if field.name != "assessed_on"]
    before = Dossier.objects.values(*names).get()
    job()
    job()
    assert Dossier.objects.values(*names).get() == before


@pytest.mark.parametrize("count", [1, 3])
def test_the_job_asks_the_same_number_of_questions_for_one_and_three(world, count):
    for name in NAMES[:count]:
        pupils.enrolled(world, name=name)
    with CaptureQueriesContext(connection) as asked:
        services.assess_some(after=0, today=NOON.date())
    savepoints = ("SAVEPOINT", "RELEASE")
    assert len([q for q in asked if not q["sql"].startswith(savepoints)]) == 9


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (19, {"overdue": 0, "soon": 0}),
        (20, {"overdue": 0, "soon": 1}),
        (30, {"overdue": 0, "soon": 1}),
        (31, {"overdue": 1, "soon": 0}),
    ],
)
def test_the_school_is_told_from_the_twentieth_day_and_it_is_late_after_the_thirtieth(
    world, student, days, told
):
    job()
    at = NOON.replace(day=1) + timedelta(days=days)  # the pupil entered on 1 September
    assert queries.tally(world.acting("clerk", at=at)) == told
    assert queries.tally(world.acting("clerk2", at=at)) == {"overdue": 0, "soon": 0}


def test_above_it_is_counted_by_school(world, student):
    pupils.enrolled(world, "clerk2", name="程知节", **pupils.SHANGZHUANG)
    job()
    at = NOON + timedelta(days=60)
    told = [(r["name"], r["overdue"]) for r in queries.by_school(world.acting("county", at=at))]
    assert told == [("清泉小学", 1), ("上庄小学", 1)]
    told = [r["name"] for r in queries.by_school(world.acting("centre2", at=at))]
    assert told == ["上庄小学"]


# -- what is registered asks for its proof ------------------------------------------------------
PAPERS = ("household_book", "property_proof", "vaccination")


def complete(world, student, *more: str) -> None:
    for kind in (*PAPERS, *more):
        add(world, student, kind)


def register(world, student, at=NOON, **values) -> None:
    acting = world.acting("clerk", at=at)
    students.write_sheet(student=lock(student), values=values, acting=acting, reason="家长来校")


def test_a_flag_set_later_asks_for_its_proof_from_that_night_on(world, student):
    complete(world, student)
    later = NOON + timedelta(days=200)
    register(world, student, at=later, orphan=True)
    services.assess_some(after=0, today=later.date())
    dossier = Dossier.objects.get(student=student)
    assert (dossier.lacking, dossier.completed_on) == ([["orphan_proof"]], None)
    assert dossier.due_on == later.date() + timedelta(days=30)
    services.assess_some(after=0, today=later.date() + timedelta(days=1))
    assert Dossier.objects.get(student=student).due_on == dossier.due_on
    add(world, student, "orphan_proof", at=later)
    assert lacking(student) == []


def test_the_night_passes_over_files_whose_pupils_nobody_changed(world, student):
    complete(world, student)
    tomorrow = NOON.date() + timedelta(days=1)
    assert services.assess_some(after=0, today=tomorrow) == student.pk  # changed today
    assert services.assess_some(after=0, today=tomorrow) is None
    assert Dossier.objects.get().completed_on == NOON.date()


def test_who_sees_no_items_of_health_is_not_told_of_a_file_that_lacks_such_a_paper(world, student):
    register(world, student, disability="5")
    complete(world, student)
    dossier = Dossier.objects.get(student=student)
    assert (dossier.lacking, dossier.lacks_medical, dossier.completed_on) == ([], True, None)
    at = NOON + timedelta(days=60)
    told = {
        who: queries.tally(world.acting(who, at=at))["overdue"]
        for who in ("clerk", "principal", "county", "centre", "city", "province")
    }
    sees, not_told = ("clerk", "principal", "county"), ("centre", "city", "province")
    assert told == dict.fromkeys(sees, 1) | dict.fromkeys(not_told, 0)


# -- taking a wrong paper out -------------------------------------------------------------------
def remove(world, student, paper, who="clerk", reason="传到了别的学生名下"):
    acting = world.acting(who)
    return services.remove(student=lock(student), pk=paper.pk, reason=reason, acting=acting)


def test_a_removed_paper_counts_no_more_and_says_who_when_and_why(world, student):
    paper = add(world, student, "vaccination", data=scans.jpeg())
    remove(world, student, paper)
    paper.refresh_from_db()
    assert (paper.removed_by.user.username, paper.removed_at, paper.removed_why) == (
        "clerk",
        NOON,
        "传到了别的学生名下",
    )
    assert (lacking(student), queries.held([student.pk])) == (ALL, {})
    assert list(queries.removed(student.pk)) == [paper]
    assert Document.objects.get().expires_on == NOON.date()
    with pytest.raises(services.NoSuchPaper):
        remove(world, student, paper)


@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "principal", "centre", "county", "auditor"])
def test_only_the_clerk_of_the_pupils_school_removes(world, student, who):
    paper = add(world, student, "vaccination")
    with pytest.raises(PermissionDenied):
        remove(world, student, paper, who)
    assert queries.held([student.pk]) == {student.pk: {"vaccination"}}


@pytest.mark.parametrize("reason", ["", " ", "错" * 61])
def test_a_removal_says_why(world, student, reason):
    paper = add(world, student, "vaccination")
    with pytest.raises(Refused, match="移除的原因"):
        remove(world, student, paper, reason=reason)


def test_a_paper_on_which_a_case_rests_stays_and_the_case_is_named(world, student):
    paper = add(world, student, "household_book", data=scans.jpeg())
    case = student.cases.get()
    shown = case.papers.get(kind="household_book")
    shown.document = paper.document
    shown.save()
    with pytest.raises(Refused, match=f"业务件 {case.number} 依据这份户口簿，不能移除"):
        remove(world, student, paper)
    assert Document.objects.get().expires_on is None


def test_a_removal_from_a_complete_file_gives_the_days_anew(world, student):
    complete(world, student)
    paper = DossierPaper.objects.get(kind="vaccination")
    remove(world, student, paper)
    dossier = Dossier.objects.get()
    assert (dossier.completed_on, dossier.lacking) == (None, [["vaccination"]])
    assert dossier.due_on == NOON.date() + timedelta(days=30)
