"""The pages of rosters: from the list to the file, and what strangers see of it."""

from urllib.parse import quote

import pytest
from django.urls import reverse

from reports.models import ExportState, RosterChoice, RosterExport
from tests import pupils
from tests.reports.taking import took
from xueji.audit.models import Access, AccessKind
from xueji.documents import services as documents
from xueji.identity import masking
from xueji.pages.forms import new_key

pytestmark = pytest.mark.usefixtures("noon")

NEW = reverse("reports_roster_new")


def sent(**more) -> dict[str, object]:
    form = {"column": ["name", "id_number"], "title": "一年级", "sort": "name", "format": "csv"}
    return {**form, "purpose": "学校存档", "act": "export", "form_key": new_key(), **more}


def test_from_the_list_to_the_file(world, client_of):
    student = pupils.enrolled(world, name="赵大")
    client = client_of("clerk")
    page = client.get(reverse("students"), {"grade": "1"}).content.decode()
    assert f'href="{NEW}?grade=1"' in page
    assert "赵大" not in client.get(NEW, {"grade": "1"}).content.decode()

    answer = client.post(f"{NEW}?grade=1", sent())

    export = RosterExport.objects.get()
    assert answer.headers["Location"] == reverse("reports_roster", args=[export.pk])
    Access.objects.all()
    page = client.get(answer.headers["Location"]).content.decode()
    address = reverse("reports_roster_file", args=[export.pk])
    assert f'href="{address}"' in page
    file = client.get(address)
    masked = masking.mask_id(student.id_number)
    assert b"".join(file.streaming_content).decode() == (
        f'\ufeff"序号","姓名","身份证件号"\r\n"1","赵大","{masked}"\r\n'
    )
    name = quote("一年级 2026-09-02.csv")
    assert file.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"
    (look,) = Access.objects.filter(kind=AccessKind.EXPORT)
    assert (look.page, look.students, look.reason, look.filter, look.field) == (
        "rosters",
        [student.pk],
        "学校存档",
        "一年级",
        "",
    )


def test_columns_stand_in_the_order_of_their_numbers(world, client_of):
    pupils.enrolled(world)
    ticked = {"column": ["sex", "name", "phone"], "place-phone": "1", "place-name": "2"}
    client_of("clerk").post(NEW, sent(**ticked))
    assert RosterExport.objects.get().columns == ["phone", "name", "sex"]


def test_a_double_click_makes_one_file(world, client_of):
    pupils.enrolled(world)
    client, form = client_of("clerk"), sent()
    assert client.post(NEW, form).headers["Location"] == client.post(NEW, form).headers["Location"]
    assert RosterExport.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"purpose": ""}, "请选导出用途"),
        ({"column": []}, "一列也没有选"),
        ({"title": "长" * 61}, "标题超过 60 个字"),
        ({"sort": "nothing"}, "请从列出的排列里选一种"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(world, client_of, more, word):
    pupils.enrolled(world)
    answer = client_of("clerk").post(NEW, sent(**{"title": "自拟标题", **more}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert word in page
    assert ("自拟标题" in page) == ("title" not in more)
    assert RosterExport.objects.count() == 0


def test_a_medical_column_that_was_not_offered_is_passed_over(world, client_of):
    pupils.enrolled(world)
    client_of("centre").post(NEW, sent(column=["name", "health"]))
    assert RosterExport.objects.get().columns == ["name"]


def test_a_search_by_number_stands_nowhere_open(world, client_of):
    student = pupils.enrolled(world)
    client = client_of("clerk")
    list_page = client.post(reverse("students_find"), {"q": student.id_number}, follow=True)
    page = list_page.content.decode()
    address = page.split(f'href="{NEW}?')[1].split('"')[0]
    assert student.id_number not in address
    client.post(f"{NEW}?{address}", sent())
    export = RosterExport.objects.get()
    assert (export.students, export.words) == (
        [student.pk],
        f"查找“{masking.mask_id(student.id_number)}”",
    )
    assert student.id_number not in export.query


def test_columns_are_kept_taken_up_and_forgotten(world, client_of):
    pupils.enrolled(world)
    client = client_of("clerk")
    kept = client.post(NEW, sent(act="keep", name="报县", column=["phone", "name"]))
    choice = RosterChoice.objects.get()
    assert kept.headers["Location"] == f"{NEW}?preset=own-{choice.pk}"
    page = client.get(kept.headers["Location"]).content.decode()
    assert page.count(" checked>联系电话") == 1
    assert page.count(" checked>性别") == 0
    client.post(NEW, {"act": "forget", "choice": choice.pk, "form_key": new_key()})
    assert RosterChoice.objects.count() == 0


def test_the_second_person_finds_it_on_the_desk_and_decides(world, client_of):
    pupils.enrolled(world)
    took(world, "clerk", 200)
    client_of("clerk").post(NEW, sent(whole="on"))
    export = RosterExport.objects.get(state=ExportState.WAITING)
    principal = client_of("principal")
    assert "导出名册待核准 <b>1</b> 份" in principal.get(reverse("desk")).content.decode()
    assert export.title in principal.get(reverse("reports_rosters")).content.decode()
    address = reverse("reports_roster", args=[export.pk])
    assert "要导出 <b>1</b> 名学生的名册" in principal.get(address).content.decode()
    decide = reverse("reports_roster_decide", args=[export.pk])
    missing = principal.post(decide, {"decision": "refused", "note": "", "form_key": new_key()})
    assert missing.status_code == 422
    principal.post(decide, {"decision": "agreed", "note": "", "form_key": new_key()})
    export.refresh_from_db()
    assert export.state == ExportState.MAKING
    assert "正在生成" in client_of("clerk").get(address).content.decode()
    file = reverse("reports_roster_file", args=[export.pk])
    assert principal.get(file).status_code == 404


@pytest.mark.parametrize("username", ["principal", "clerk1b", "centre", "county", "clerk9"])
def test_the_file_is_for_whoever_asked(world, client_of, username):
    pupils.enrolled(world)
    client_of("clerk").post(NEW, sent())
    pk = RosterExport.objects.get().pk
    client = client_of(username)
    answers = [
        client.get(reverse("reports_roster", args=[pk])),
        client.get(reverse("reports_roster_file", args=[pk])),
        client.post(reverse("reports_roster_decide", args=[pk]), {"decision": "agreed"}),
    ]
    assert {answer.status_code for answer in answers} == {404}


def test_an_expired_file_says_so_and_how_to_get_it_again(world, client_of):
    pupils.enrolled(world)
    client = client_of("clerk")
    client.post(f"{NEW}?grade=1", sent())
    export = RosterExport.objects.get()
    documents.expire(today=export.document.expires_on.replace(day=28))
    answer = client.get(reverse("reports_roster_file", args=[export.pk]), follow=True)
    page = answer.content.decode()
    assert "文件已过保留期限" in page
    assert f'href="{NEW}?grade=1"' in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_rosters_asks_the_same_however_long(
    world, client_of, rows, django_assert_num_queries
):
    for _ in range(rows):
        took(world, "clerk", 5)
    client = client_of("clerk")
    client.get(reverse("reports_rosters"))
    with django_assert_num_queries(7):
        client.get(reverse("reports_rosters"))
