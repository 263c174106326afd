"""The lists of a school, the counts of the offices above, classes, and who sees what of them."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import pupils
from tests.browsing import key, words
from tests.enrollment.classrooms import CLASSES, class_of
from xueji.audit.models import Access
from xueji.cases.models import Case
from xueji.ledger.models import EventKind
from xueji.organisations.models import SchoolClass
from xueji.students.models import Student

NEIGHBOUR = ("130283103228", "建昌营镇 清泉村")
LIST = "/enrollment/"


def returned(world, name):
    case = pupils.submitted(world, name=name)
    return pupils.sign(world, case, "principal", decision="returned")


# -- a school's own list --------------------------------------------------------------------------
def test_a_school_sees_what_came_back_first_with_the_reason_and_the_due_date(clerk, world):
    pupils.submitted(world, name="李雷")
    returned(world, "韩梅梅")

    page = words(clerk.get(LIST))

    assert "退回补正 1 待补材料 0 草稿 0 办理中 1 已核准待分班 0" in page
    assert "韩梅梅" in page
    assert "请改正 清泉小学 校长 今天 12:00" in page
    assert "李雷" not in page


@pytest.mark.parametrize(
    ("shown", "name", "link"),
    [
        ("draft", "周草稿", "/enrollment/{}/edit/"),
        ("open", "李雷", "/cases/{}/"),
        ("returned", "韩梅梅", "/enrollment/{}/edit/"),
    ],
)
def test_each_list_shows_its_own_and_leads_to_the_next_act(clerk, opened, world, shown, name, link):
    clerk.post("/enrollment/draft/", opened(name="周草稿"))
    pupils.submitted(world, name="李雷")
    returned(world, "韩梅梅")
    pupils.enrolled(world, name="吴建")

    page = clerk.get(f"{LIST}?show={shown}").content.decode()

    number = Case.objects.get(title=name).number
    assert link.format(number) in page
    for other in {"周草稿", "李雷", "韩梅梅", "吴建"} - {name}:
        assert other not in page


def test_who_waits_for_a_class_is_listed_and_the_look_recorded(clerk, world):
    student = pupils.enrolled(world, name="吴建")

    assert "吴建" in words(clerk.get(f"{LIST}?show=unplaced"))
    assert list(Access.objects.values_list("kind", "students", "filter")) == [
        ("list", [student.pk], "已核准待分班")
    ]


def test_the_principal_reads_the_list_without_drafts_and_enters_nobody(client_of, clerk, opened):
    clerk.post("/enrollment/new/", {**opened(name="周草稿"), "save": "draft"})
    principal = client_of("principal")

    page = words(principal.get(LIST))
    assert "草稿" not in page
    assert "/enrollment/new/" not in principal.get(LIST).content.decode()
    assert principal.get(f"{LIST}?show=draft").status_code == 404


def test_what_is_no_list_is_not_found(clerk):
    assert clerk.get(f"{LIST}?show=nonsense").status_code == 404


def test_lists_are_paged_by_key(clerk, world):
    for number in range(51):
        pupils.submitted(world, name="张" + chr(0x4E00 + number))
    first = clerk.get(f"{LIST}?show=open")
    following = re.search(r'href="(\?[^"]*after=\d+)"', first.content.decode())[1]

    second = clerk.get(LIST + html.unescape(following))

    assert len(re.findall(r"/cases/2026-\d+/", first.content.decode())) == 50
    assert len(re.findall(r"/cases/2026-\d+/", second.content.decode())) == 1


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


@pytest.mark.parametrize(
    ("person", "address"),
    [
        ("clerk", f"{LIST}?show=returned"),
        ("clerk", f"{LIST}?show=open"),
        ("clerk", f"{LIST}?show=unplaced"),
        ("clerk", CLASSES),
        ("centre", LIST),
        ("county", LIST),
        ("clerk", "/enrollment/new/"),
    ],
)
def test_queries_do_not_grow_with_the_rows(client_of, noon, world, person, address):
    client = client_of(person)

    def add():
        returned(world, "韩梅梅")
        pupils.submitted(world, name="李雷")
        pupils.enrolled(world, name="吴建")

    add()
    one = queries(client, address)
    add()
    add()
    assert queries(client, address) == one


# -- what offices above see -----------------------------------------------------------------------
def test_an_office_sees_counts_by_school_and_no_name(client_of, noon, world):
    pupils.submitted(world, name="李雷")
    pupils.sign(world, pupils.submitted(world, name="韩梅梅"), "principal")
    pupils.sign(world, pupils.submitted(world, name="周舟"), "principal", "centre")
    returned(world, "郑退")
    pupils.enrolled(world, name="吴建")

    page = words(client_of("county").get(LIST))

    assert "清泉小学 1 1 1 1 1 0" in page
    assert "邻泉小学 0 0 0 0 0 0" in page
    assert "滦州甲小学" not in page
    assert "迁安初级中学" not in page
    for name in ("李雷", "韩梅梅", "周舟", "郑退", "吴建"):
        assert name not in page
    assert not Access.objects.exists()


def test_who_waits_for_a_number_is_counted_as_on_the_page_of_numbers(client_of, noon, world):
    for school_class in ("", str(class_of(world, "clerk").pk)):
        for _ in range(2):
            pupils.enrolled(world, school_class=school_class)
    centre = client_of("centre")

    (line,) = (line for line in centre.get(LIST).context["lines"] if line.unplaced)

    assert (line.unplaced, line.unnumbered) == (2, 2)
    assert centre.get("/numbering/").context["ready"] == line.unnumbered


def test_an_office_opens_the_list_of_a_school_in_reach_only(client_of, noon, world):
    pupils.submitted(world, name="李雷")
    own, other = world.school_of("clerk").pk, world.school_of("clerk2").pk
    centre = client_of("centre")

    assert "李雷" in words(centre.get(f"{LIST}?school={own}&show=open"))
    assert centre.get(f"{LIST}?school={other}").status_code == 404
    for nonsense in ("x", "9" * 30, "-1", "0"):
        assert centre.get(f"{LIST}?school={nonsense}").status_code == 404


def test_a_school_does_not_read_the_list_of_its_neighbour(clerk, world):
    pupils.submitted(world, "clerk1b", name="邻居", **pupils.living_in(*NEIGHBOUR))
    page = clerk.get(f"{LIST}?school={world.school_of('clerk1b').pk}&show=open")
    assert "邻居" not in words(page)


# -- classes --------------------------------------------------------------------------------------
def test_chosen_pupils_go_into_the_chosen_class_once(clerk, world):
    students = [pupils.enrolled(world, name=name) for name in ("吴一", "吴二", "吴三")]
    form = key(students=[s.pk for s in students[:2]], school_class=class_of(world, "clerk", 2).pk)

    for _ in range(2):
        assert clerk.post(CLASSES, form)["Location"] == f"{CLASSES}?year=2026"

    assert "已把 2 名学生编入一（2）班，现有 2 人" in words(clerk.get(CLASSES))
    assert list(Student.objects.order_by("pk").values_list("school_class__number", flat=True)) == [
        2,
        2,
        None,
    ]
    placed = students[0].events.get(kind=EventKind.PLACED)
    assert (placed.change, placed.class_name) == (0, "一（2）班")
    assert students[0].placements.get().school_class.number == 2


@pytest.mark.parametrize("case", ["nobody", "no class", "another school's class", "a stranger"])
def test_what_cannot_be_assigned_is_refused_and_nothing_moves(clerk, world, case):
    student = pupils.enrolled(world)
    there = pupils.enrolled(world, "clerk2", **pupils.living_in("130283101201", "杨各庄镇 上庄村"))
    own = class_of(world, "clerk").pk
    form = {
        "nobody": {"school_class": own},
        "no class": {"students": student.pk},
        "another school's class": {
            "students": student.pk,
            "school_class": class_of(world, "clerk2").pk,
        },
        "a stranger": {"students": there.pk, "school_class": own},
    }[case]

    answer = clerk.post(CLASSES, key(**form))

    assert answer.status_code == 409
    assert "没有办" in words(answer)
    assert not Student.objects.filter(school_class__isnull=False).exists()


def test_a_pupil_placed_meanwhile_stays_where_he_is(clerk, world):
    first, second = pupils.enrolled(world, name="吴一"), pupils.enrolled(world, name="吴二")
    form = {"students": [first.pk], "school_class": class_of(world, "clerk", 1).pk}
    clerk.post(CLASSES, key(**form))

    again = {"students": [first.pk, second.pk], "school_class": class_of(world, "clerk", 2).pk}
    answer = clerk.post(CLASSES, key(**again))

    assert (answer.status_code, "刚由他人编班" in words(answer)) == (409, True)
    assert Student.objects.get(pk=first.pk).school_class.number == 1


def test_too_many_are_placed_and_it_is_said(clerk, world):
    small = class_of(world, "clerk")
    small.capacity = 1
    small.save()
    form = {"students": [pupils.enrolled(world).pk for _ in range(2)], "school_class": small.pk}

    clerk.post(CLASSES, key(**form))

    assert "已超过班额 1 人，多 1 人" in words(clerk.get(CLASSES))


def test_a_class_is_added_once_under_a_free_number(clerk, world):
    form = key(number="3", capacity="40", year="2026")
    for _ in range(2):
        clerk.post("/enrollment/classes/add/", form)
    added = class_of(world, "clerk", 3)
    assert (added.capacity, added.entry_year, added.grade) == (40, 2026, 1)

    taken = clerk.post("/enrollment/classes/add/", key(number="3", capacity="40"))
    assert "2026 级已有 3 班" in words(taken)
    wrong = clerk.post("/enrollment/classes/add/", key(number="0", capacity="x"))
    assert "班号是 1 至 40 的整数" in words(wrong)
    assert SchoolClass.objects.filter(school=world.school_of("clerk")).count() == 3


@pytest.mark.parametrize("capacity", ["0", "81", "x", "9" * 40])
def test_a_class_size_that_cannot_be_is_told_in_our_words(clerk, capacity):
    answer = clerk.post("/enrollment/classes/add/", key(number="3", capacity=capacity))
    assert answer.status_code == 409
    assert answer.context["class_form"].errors == {"capacity": ["请填 1 至 80 的整数。"]}


def test_pupils_of_an_earlier_intake_get_a_class_of_theirs(clerk, world):
    student = pupils.enrolled(world)
    student.placements.update(entry_year=2025)
    Student.objects.update(entry_year=2025)
    earlier = SchoolClass.objects.create(
        school=world.school_of("clerk"),
        stage="primary",
        entry_year=2025,
        number=1,
        grade=2,
        capacity=45,
    )
    assert "2025 级" in words(clerk.get(CLASSES))

    form = key(students=[student.pk], school_class=earlier.pk, year="2025")
    clerk.post(f"{CLASSES}?year=2025", form)

    assert Student.objects.get().school_class == earlier


# -- who gets in ----------------------------------------------------------------------------------
PAGES = ["new/", "check/", "draft/", "resume/", "classes/", "classes/add/"]


@pytest.mark.parametrize("person", ["principal", "centre", "county", "auditor", "admin"])
@pytest.mark.parametrize("page", PAGES)
def test_only_a_clerk_enters_and_assigns(client_of, noon, person, page):
    assert client_of(person).post(f"/enrollment/{page}", key()).status_code == 404


@pytest.mark.parametrize("person", ["auditor", "admin"])
def test_who_has_no_right_over_registers_sees_no_list(client_of, noon, person):
    assert client_of(person).get(LIST).status_code == 404


@pytest.mark.parametrize("person", ["clerk1b", "clerk2", "clerk9", "principal"])
def test_a_strangers_draft_is_not_there(client_of, clerk, opened, person):
    clerk.post("/enrollment/new/", {**opened(name="秘密草稿"), "save": "draft"})
    number = Case.objects.get().number
    stranger = client_of(person)

    for page, method in (("edit", "get"), ("edit", "post"), ("discard", "post")):
        answer = getattr(stranger, method)(f"/enrollment/{number}/{page}/", key(save="draft"))
        assert answer.status_code == 404
        assert "秘密草稿" not in answer.content.decode()
    assert Case.objects.get().form.version == 1


def test_a_strangers_draft_is_not_written_through_the_form_of_another(client_of, clerk, opened):
    clerk.post("/enrollment/new/", {**opened(name="秘密草稿"), "save": "draft"})
    case = Case.objects.get()
    form = {**opened(client=client_of("clerk1b"), name="别人"), "case": case.number, "version": "1"}

    client_of("clerk1b").post("/enrollment/draft/", form)

    assert case.form.values["row"]["name"] == "秘密草稿"
    assert Case.objects.exclude(pk=case.pk).get().title == "别人"
