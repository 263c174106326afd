"""A former school reads its own period of a pupil, and nothing that was written later.

The pupil leaves 清泉小学 for 滦州甲小学, which changes everything that can be changed.
"""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from tests.documents import portraits, scans
from tests.permissions import detectors
from tests.permissions.site import MISSING, Site
from tests.permissions.sweep import Clients
from tests.world import NOON
from xueji.audit.models import Access
from xueji.cases import services
from xueji.documents import services as documents
from xueji.dossiers import services as dossiers
from xueji.students import photos
from xueji.students import services as students
from xueji.students.models import Photo, Student

LEFT, CHANGED, READ = (NOON + timedelta(days=days) for days in (1, 2, 3))
NEWS = [
    "尉迟后来",
    "13522220003",
    "1352222",
    "新家 9 号",
    "尉迟新爸",
    "调入",
    "滦州甲小学",
    "朝鲜族",
]
OLD = {"name": "单雄信", "m1_name": "单旧爸", "phone": "13511110001", "m1_phone": "13511110002"}
TABS = ["facts", "family", "file", "history", "cases"]


@pytest.fixture
def gone(site) -> Student:
    world = site.world
    student = pupils.enrolled(world, **OLD)
    moved = pupils.move(
        student, to=world.schools["滦州甲小学"], acting=world.acting("county", at=LEFT)
    )
    later = world.acting("clerk9", at=CHANGED)
    pupils.correct(
        moved,
        acting=later,
        name="尉迟后来",
        nation="10",
        phone="13522220003",
        address_text="新家 9 号",
        id_number=pupils.id_number(),
    )
    pupils.correct_member(student.family.get(), acting=later, name="尉迟新爸")
    return student


@pytest.fixture(autouse=True)
def later_day():
    with time_machine.travel(READ, tick=False):
        yield


def read(site: Site, who: str, pk: int, query: str = "") -> tuple[int, str]:
    answer = Clients(site).of(who).get(reverse("student", args=[pk]) + query)
    return answer.status_code, detectors.text_of(answer)


def roster(site: Site, who: str, query: str):
    return Clients(site).of(who).get(f"{reverse('students')}?place=former&{query}")


def news(text: str) -> list[str]:
    return [new for new in NEWS if new in text]


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("who", ["clerk", "principal", "centre", "county"])
def test_the_former_line_reads_its_period_and_nothing_later(site, gone, who, tab):
    status, text = read(site, who, gone.pk, f"?tab={tab}")
    assert (status, news(text), OLD["name"] in text) == (200, [], True)
    assert detectors.whole_numbers(site, text) == []
    assert (OLD["phone"] in text, gone.id_number in text) == (False, False)


def test_the_family_is_that_of_the_period(site, gone):
    assert OLD["m1_name"] in read(site, "clerk", gone.pk, "?tab=family")[1]


def test_the_history_ends_with_the_leaving(site, gone):
    text = read(site, "clerk", gone.pk, "?tab=history")[1]
    assert ("调出" in text, "就读 清泉小学 未分班" in text) == (True, True)


@pytest.mark.parametrize("who", ["clerk9", "county9", "city", "province"])
def test_who_reaches_the_new_school_reads_everything(site, gone, who):
    assert "尉迟后来" in read(site, who, gone.pk)[1]
    assert "调出" in read(site, who, gone.pk, "?tab=history")[1]


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "centre2", "urban"])
def test_the_neighbour_cannot_tell_the_pupil_from_nobody(site, gone, who, tab):
    status, text = read(site, who, gone.pk, f"?tab={tab}")
    missing = read(site, who, MISSING, f"?tab={tab}")
    assert (status, detectors.same(text)) == (404, detectors.same(missing[1]))


@pytest.mark.parametrize("field", ["id_number", "phone", "family"])
def test_the_former_school_reveals_nothing(site, gone, field):
    path = reverse("student_reveal", args=[gone.pk])
    data = {"field": field, "reason": "核对户口簿原件"}
    answer = Clients(site).of("clerk").post(path, data)
    text = detectors.text_of(answer)
    assert (answer.status_code, news(text), gone.id_number in text) == (422, [], False)
    assert not Access.objects.filter(kind="reveal", students=[gone.pk]).exists()


@pytest.mark.parametrize(
    ("day", "words"),
    [("2026-09-02", "回看：截至 2026-09-02"), ("2026-09-04", "只能回看该生在本单位就读的日子")],
)
def test_a_past_day_is_answered_within_the_period_alone(site, gone, day, words):
    status, text = read(site, "clerk", gone.pk, f"?on={day}")
    assert (status, words in text, news(text)) == (200, True, [])


@pytest.mark.parametrize("typed", ["单雄", "sxx", ""])
def test_the_former_school_finds_the_pupil_by_what_was_then(site, gone, typed):
    answer = roster(site, "clerk", f"q={typed}")
    assert [leaver.student.pk for leaver in answer.context["leavers"]] == [gone.pk]
    assert news(detectors.text_of(answer)) == []
    assert Access.objects.latest("pk").students == [gone.pk]


def test_the_number_of_then_finds_and_that_of_later_does_not(site, gone):
    now = Student.objects.get(pk=gone.pk).id_number
    found = [
        [leaver.student.pk for leaver in roster(site, "clerk", f"q={number}").context["leavers"]]
        for number in (gone.id_number, now)
    ]
    assert found == [[gone.pk], []]


@pytest.mark.parametrize("typed", ["尉迟后来", "ychl", "尉迟"])
def test_a_later_name_finds_nobody(site, gone, typed):
    answer = roster(site, "clerk", f"q={typed}")
    assert (answer.context["leavers"], answer.context["count"]) == ([], 0)


@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "centre2", "city", "clerk9"])
def test_only_who_lost_the_pupil_lists_it_as_gone(site, gone, who):
    assert roster(site, who, "q=").context["leavers"] == []


def test_an_undone_entry_leaves_no_period(site):
    student = site.units["清泉小学"].unplaced
    acting = site.world.acting("county", at=LEFT)
    services.reverse(case_id=student.cases.get().pk, note="未报到", acting=acting)
    assert read(site, "clerk", student.pk)[0] == 404
    assert roster(site, "clerk", "q=").context["leavers"] == []


def test_a_pupil_who_comes_back_is_whole_again(site, gone):
    school = site.world.schools["清泉小学"]
    pupils.move(gone, to=school, acting=site.world.acting("county", at=READ))
    assert "尉迟后来" in read(site, "clerk", gone.pk)[1]
    assert roster(site, "clerk", "q=").context["leavers"] == []


def test_the_list_asks_the_same_for_one_and_for_three(site, gone):
    def asked():
        roster(site, "clerk", "q=")
        with CaptureQueriesContext(connection) as captured:
            roster(site, "clerk", "q=")
        return len(captured)

    one = asked()
    for name in ("单二", "单三"):
        student = pupils.enrolled(site.world, name=name)
        acting = site.world.acting("county", at=LEFT)
        pupils.move(student, to=site.world.schools["滦州甲小学"], acting=acting)
    assert (asked(), len(roster(site, "clerk", "q=").context["leavers"])) == (one, 3)


# -- photograph and file ------------------------------------------------------------------------
def keep(site: Site, student: Student, who: str, at) -> int:
    """A photograph and a scan of that day; the paper's id."""
    acting = site.world.acting(who, at=at)
    locked = students.lock([student.pk])[student.pk]
    photos.replace(student=locked, data=BytesIO(portraits.jpeg(200, 260)), acting=acting)
    more = {"kind": "vaccination", "name": f"{locked.name}接种证.jpg"}
    scan = BytesIO(scans.jpeg())
    return dossiers.add(student=locked, data=scan, acting=acting, **more).pk


def statuses(site: Site, student: Student, paper: int, *people: str) -> list[tuple[int, int]]:
    """What each is answered for the photograph and for the paper."""
    pages = [
        reverse("student_photo", args=[student.pk]),
        reverse("student_paper", args=[student.pk, paper]),
    ]
    return [tuple(Clients(site).of(who).get(page).status_code for page in pages) for who in people]


def test_the_former_school_sees_no_photograph_or_paper_of_later(site, gone):
    paper = keep(site, gone, "clerk9", CHANGED)
    people = ("clerk", "centre", "clerk2", "clerk9", "county9", "province")
    no, yes = (404, 404), (200, 200)
    assert statuses(site, gone, paper, *people) == [no, no, no, yes, yes, yes]
    text = read(site, "clerk", gone.pk, "?tab=file")[1]
    assert (reverse("student_photo", args=[gone.pk]) in text, "接种证" in text) == (False, False)


def test_the_former_school_keeps_the_photograph_and_papers_of_its_time(site):
    world = site.world
    student = pupils.enrolled(world, **OLD)
    paper = keep(site, student, "clerk", NOON)
    leaving = world.acting("county", at=LEFT)
    pupils.move(student, to=world.schools["滦州甲小学"], acting=leaving)
    assert statuses(site, student, paper, "clerk", "clerk9", "clerk2") == [
        (200, 200),
        (200, 200),
        (404, 404),
    ]
    later = keep(site, student, "clerk9", CHANGED)
    assert statuses(site, student, later, "clerk", "clerk9") == [(200, 404), (200, 200)]
    assert Photo.history.filter(student=student.pk).count() == 2
    documents.expire(today=(CHANGED + timedelta(days=1)).date())
    assert statuses(site, student, paper, "clerk", "clerk9") == [(404, 200), (200, 200)]


@pytest.mark.parametrize(
    "page",
    [
        "student_photo_new",
        "student_paper_new",
        "student_document_new",
        "student_conduct_new",
        "student_number_new",
    ],
)
def test_the_former_school_adds_nothing(site, gone, page):
    answer = Clients(site).of("clerk").post(reverse(page, args=[gone.pk]), {"file": ""})
    assert answer.status_code == 404
