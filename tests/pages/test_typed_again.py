"""Forms that come back where they are taken: what was typed after a session's end stands there."""

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests import pupils
from tests.browsing import hidden, text
from tests.world import PASSWORD
from xueji.audit.models import Act
from xueji.organisations.models import Division

HOUSE = {
    "organisation_new": {"name": "新集小学", "code": "045", "reason": "批文"},
    "organisations_import": {
        "what": "offices",
        "text": "名称,级别\n新集小学,",
        "reason": "批文",
    },
    "calendar_edit": {"year": "2027", "starts_on": "2027-09-01", "reason": "校历文件"},
    "order_new": {"kind": "move", "number": "迁教〔2026〕18 号", "school": "清泉小学"},
    "account_new": {"username": "qqxx-guo", "name": "郭小禾", "place": "清泉小学"},
    "holidays": {"year": "2027", "text": "2027-01-01 放假 元旦", "reason": "放假通知"},
}


@pytest.mark.parametrize("url", HOUSE)
def test_what_was_typed_about_the_house_stands_in_the_form_again(world, client_of, url):
    who = {"account_new": "admin", "holidays": "province"}.get(url, "county")
    client, before = client_of(who), Act.objects.count()
    client.logout()

    lost = client.post(reverse(url) + "?year=2027", {"form_key": "x", **HOUSE[url]})

    assert lost.status_code == 403
    assert f'action="{reverse(url)}?year=2027"' in text(lost)
    client.login(username=who, password=PASSWORD)
    back = client.post(reverse(url) + "?year=2027", hidden(lost))
    typed = {name: back.context["form"][name].value() for name in HOUSE[url]}
    assert typed == HOUSE[url]
    assert "下面是您刚才填的，请核对后再提交" in text(back)
    assert Act.objects.count() == before


def lost_and_back(client, who: str, url: str, *arguments: int, **sent: object):
    """What an address answers to a form that was sent to it after the session and came back."""
    path, acts = reverse(url, args=arguments), Act.objects.count()
    client.logout()
    lost = client.post(path, {"form_key": "x", **sent})
    assert (lost.status_code, f'action="{path}"' in text(lost)) == (403, True)
    client.login(username=who, password=PASSWORD)
    back = client.post(path, hidden(lost))
    assert (back.status_code, "还没有提交" in text(back)) == (200, True)
    assert Act.objects.count() == acts
    return back


def test_a_place_for_a_catchment_stands_in_the_form_again(world, client_of):
    school = world.schools["清泉小学"]
    sent = {"place_text": "杨各庄镇 上庄村", "reason": "划片文件"}
    county = client_of("county")
    back = lost_and_back(county, "county", "organisation_catchment", school.pk, **sent)
    assert {name: back.context["adding"][name].value() for name in sent} == sent
    assert not school.catchments.filter(code="130283101201").exists()


def test_the_places_ticked_to_leave_a_catchment_are_ticked_again(world, client_of):
    school = world.schools["清泉小学"]
    gone = school.catchments.get(code="130283103228").pk
    sent = {"remove": "1", "gone": gone, "reason": "调整划片"}
    county = client_of("county")
    back = lost_and_back(county, "county", "organisation_catchment", school.pk, **sent)
    assert re.findall(r'name="gone" value="(\d+)" checked', text(back)) == [str(gone)]
    assert 'value="调整划片"' in text(back)
    assert school.catchments.filter(pk=gone).exists()


def test_a_rule_set_that_was_chosen_stands_in_the_form_again(world, client_of):
    office = world.organisations["迁安市教育局"]
    sent = {"rule_set": "national", "reason": "冀教规〔2026〕1 号"}
    client = client_of("province")
    back = lost_and_back(client, "province", "organisation_rules", office.pk, **sent)
    assert {name: back.context["form"][name].value() for name in sent} == sent


def test_a_post_to_be_given_stands_in_the_form_again(world, client_of):
    account = world.posts["clerk"].user
    sent = {"role": "principal", "place": "清泉小学", "starts": "2026-12-01", "ends": ""}
    back = lost_and_back(client_of("admin"), "admin", "account_grant", account.pk, **sent)
    assert {name: back.context["grant_form"][name].value() for name in sent} == sent
    assert account.posts.count() == 1


@pytest.mark.parametrize(
    ("who", "url", "what"),
    [("admin", "account_state", "disable"), ("security", "account_security", "sessions")],
)
def test_the_reason_for_an_act_on_an_account_stands_beside_it_again(
    world, client_of, who, url, what
):
    account = world.posts["clerk"].user
    sent = {"what": what, "reason": "调离"}
    back = text(lost_and_back(client_of(who), who, url, account.pk, **sent))
    assert re.findall(r'name="reason" value="([^"]*)"', back) == ["调离"]
    account.refresh_from_db()
    assert account.is_active


def test_a_refused_act_on_an_account_keeps_its_reason(world, client_of):
    account = world.posts["clerk"].user
    data = {"what": "disable", "reason": "长" * 201, "form_key": str(uuid4())}
    answer = client_of("admin").post(reverse("account_state", args=[account.pk]), data)
    assert (answer.status_code, f'value="{"长" * 201}"' in text(answer)) == (422, True)


def test_an_act_on_an_account_that_is_none_is_refused_in_words(world, client_of):
    account = world.posts["clerk"].user
    data = {"what": "\0", "reason": "调离", "form_key": str(uuid4())}
    answer = client_of("admin").post(reverse("account_state", args=[account.pk]), data)
    assert (answer.status_code, "请选择要办的事。" in text(answer)) == (422, True)


def test_a_whole_form_that_comes_back_is_not_acted_on(world, client_of):
    """As it came it could be carried out: whoever logged in meanwhile may be somebody else."""
    county = client_of("county")
    whole = {
        "form_key": str(uuid4()),
        "what": "divisions",
        "text": "代码,名称\n130283104000,新集镇\n130283104201,东村村民委员会",
        "reason": "民政通知",
    }
    county.post(reverse("organisations_import"), {**whole, "typed_at": "/organisations/import/"})
    assert Division.objects.filter(pk="130283104201").count() == 0
    county.post(reverse("organisations_import"), whole)
    assert Division.objects.filter(pk="130283104201").count() == 1


# -- forms about pupils and classes ---------------------------------------------------------------
def values(form, names) -> dict[str, object]:
    return {name: form[name].value() for name in names}


def test_a_sanction_stands_in_the_form_again_and_the_file_is_asked_for_once_more(
    world, client_of, files
):
    student = pupils.enrolled(world)
    typed = {"what": "sanction:警告", "level": "校级", "unit": "清泉小学", "given_on": "2026-09-01"}
    scan = SimpleUploadedFile("a.jpg", b"x")
    clerk = client_of("clerk")
    back = lost_and_back(clerk, "clerk", "student_conduct_new", student.pk, file=scan, **typed)
    assert 'value="清泉小学"' in text(back)
    assert re.search(r'value="sanction:警告" selected', text(back))
    assert "浏览器不送回文件，请重新选择。" in text(back)


def test_without_a_file_none_is_asked_for_again(world, client_of):
    student = pupils.enrolled(world)
    typed = {"id_number": "130283201903179", "reason": "户口簿原件"}
    back = lost_and_back(client_of("clerk"), "clerk", "student_document_new", student.pk, **typed)
    assert ('value="户口簿原件"' in text(back), "浏览器不送回文件" in text(back)) == (True, False)


def test_a_foreign_number_stands_in_the_form_again(world, client_of):
    student = pupils.enrolled(world)
    typed = {"number": "G130283201903179912", "paper": "转学证明"}
    back = lost_and_back(client_of("clerk"), "clerk", "student_number_new", student.pk, **typed)
    assert 'value="G130283201903179912"' in text(back)


def test_an_admission_without_transfer_stands_in_the_form_again(world, client_of):
    typed = {"id_number": pupils.id_number(), "name": "程咬金"}
    clerk = client_of("clerk")
    back = lost_and_back(clerk, "clerk", "enrollment_admission_new", save="send", **typed)
    assert values(back.context["form"], typed) == typed


def test_a_deferral_stands_in_the_form_again(world, client_of):
    clerk, typed = client_of("clerk"), pupils.row(name="程咬金")
    back = lost_and_back(clerk, "clerk", "enrollment_deferral_new", save="open", **typed)
    assert back.context["form"].row["name"] == "程咬金"


def test_where_nothing_is_shown_again_nothing_is_said_of_it(world, client_of):
    case = pupils.applied(world)
    path, clerk = reverse("enrollment_deferral_edit", args=[case.number]), client_of("clerk")
    answer = clerk.post(path, {"typed_at": path, "name": "程咬金"}, follow=True)
    assert answer.redirect_chain == [(f"/cases/{case.number}/", 302)]
    assert "还没有提交" not in text(answer)


def test_a_change_of_where_lessons_are_stands_in_the_form_again(world, client_of):
    student, sent = pupils.enrolled(world), {"reason": "残疾证二级"}
    back = lost_and_back(client_of("clerk"), "clerk", "enrollment_attendance", student.pk, **sent)
    assert values(back.context["form"], sent) == sent


def test_the_pupils_ticked_for_another_class_are_ticked_again(world, client_of):
    student, klass = pupils.enrolled(world), world.schools["清泉小学"].classes.first()
    sent = {"students": student.pk, "reason": "家长申请"}
    back = lost_and_back(client_of("clerk"), "clerk", "enrollment_class_move", klass.pk, **sent)
    assert (back.context["picked"], back.context["reason"]) == ({str(student.pk)}, "家长申请")


def test_the_pupils_ticked_for_a_first_class_are_ticked_again(world, client_of):
    student = pupils.enrolled(world)
    back = lost_and_back(client_of("clerk"), "clerk", "enrollment_classes", students=student.pk)
    assert back.context["picked"] == {str(student.pk)}


def test_one_more_class_stands_in_the_form_again(world, client_of):
    sent = {"number": "7", "capacity": "41"}
    back = lost_and_back(client_of("clerk"), "clerk", "enrollment_class_add", **sent)
    assert values(back.context["class_form"], sent) == sent


def test_a_larger_class_that_was_asked_for_stands_in_the_form_again(world, client_of):
    klass = world.schools["清泉小学"].classes.first()
    sent = {"heads": "60", "reason": "教室已扩建"}
    principal = client_of("principal")
    back = lost_and_back(principal, "principal", "enrollment_excess", klass.pk, **sent)
    assert values(back.context["excess_form"], sent) == sent


def test_the_columns_and_the_title_of_a_roster_stand_in_the_form_again(world, client_of):
    sent = {"act": "export", "column": "name", "title": "防疫接种"}
    back = lost_and_back(client_of("clerk"), "clerk", "reports_roster_new", **sent)
    assert [column.key for column in back.context["chosen"]] == ["name"]
    assert back.context["form"]["title"].value() == "防疫接种"
