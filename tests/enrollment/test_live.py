"""What the form is told while one types."""

import html
import re
from datetime import date

import pytest
from django.db import connection

from tests import pupils
from tests.browsing import words
from xueji.audit.models import Access
from xueji.cases.models import Case, CaseForm
from xueji.organisations.models import Division, SchoolYear, Term
from xueji.students.models import Student

CHECK, DRAFT = "/enrollment/check/", "/enrollment/draft/"


PART = re.compile(
    r'<\w+ [^>]*?id="([^"]+)"[^>]*hx-swap-oob="true"[^>]*>(.*?)(?=<\w+ [^>]*hx-swap-oob|\Z)',
    re.DOTALL,
)


def part(answer, element):
    """The words of one part that is swapped out of band."""
    parts = dict(PART.findall(answer.content.decode()))
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", parts[element])).split())


def test_the_number_alone_says_sex_birth_age_and_place_of_issue(clerk):
    Division.objects.create(
        code="130283000000",
        name="迁安市",
        full_name="河北省 唐山市 迁安市",
        initials="",
        level="county",
    )
    number = pupils.id_number(born=date(2020, 3, 17), order=2)
    answer = clerk.post(CHECK, {"id_type": "1", "id_number": number})

    assert part(answer, "derived") == (
        "性别 女 出生 2020-03-17 8 月 31 日 6 岁 5 个月，足龄 校验位 正确 前六位 迁安市 填入户口"
    )
    assert 'data-fill-text="迁安市 "' in answer.content.decode()


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(2020, 8, 31), "6 岁 0 个月，足龄"),
        (date(2020, 9, 1), "5 岁 11 个月，不足龄"),
    ],
)
def test_the_age_is_that_on_the_day_the_county_counts_by(clerk, born, age):
    answer = clerk.post(CHECK, {"id_type": "1", "id_number": pupils.id_number(born=born)})
    assert age in part(answer, "derived")


def test_what_is_missing_is_told_in_one_line_with_links(clerk):
    answer = clerk.post(CHECK, {"id_type": "1", "nation": "01"})

    assert words(answer).startswith("还差 ")
    assert '<a href="#id_name">姓名</a>、<a href="#id_country">国籍/地区</a>' in (
        answer.content.decode()
    )


def test_a_whole_form_may_be_submitted_and_says_by_which_clauses(clerk, opened):
    answer = clerk.post(CHECK, opened())

    assert part(answer, "left") == "可以提交"
    for line in (
        "通过 年龄够入学 《学生学籍管理制度》二（一）",
        "通过 两个统一 《学生学籍管理制度》二（一）",
        "通过 入学材料齐全 《学生学籍管理制度》二（一）",
    ):
        assert line in words(answer)
    assert "不符合入学条件" not in words(answer)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ({"id_type": "1"}, (None, None, None)),
        ({"id_type": "A", "id_number": "E12345678"}, ("性别", "出生日期", None)),
        ({"id_type": "Z", "id_number": ""}, ("性别", "出生日期", "无证件原因")),
    ],
)
def test_fields_are_asked_for_where_the_number_does_not_say_it(clerk, opened, typed, shown):
    answer = clerk.post(CHECK, {**opened(), **typed})
    told = [part(answer, slot).split() for slot in ("slot-sex", "slot-birth", "slot-reason")]

    assert [words[0] if words else None for words in told] == list(shown)


def test_papers_follow_the_child(clerk, opened):
    assert "房产证明" in part(clerk.post(CHECK, opened()), "papers")
    migrant = part(clerk.post(CHECK, {**opened(), "migrant": "on"}), "papers")
    assert "暂住证 就业证明 或 营业执照" in migrant


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, ["选填", "选填", "选填"]),
        ({"id_type": "Z"}, ["", "选填", ""]),
        ({"m2_phone": "13931520018"}, ["选填", "", "选填"]),
    ],
)
def test_what_is_demanded_is_not_called_optional(clerk, opened, typed, words):
    answer = clerk.post(CHECK, opened(**typed))
    fields = ("m1_id_number", "m2_name", "m2_id_number")
    assert [part(answer, f"id_{field}_origin") for field in fields] == words


def test_a_remark_beside_a_field_follows_what_is_typed(clerk, opened):
    form = opened(m1_phone="139315200181", m1_name="")
    refused = clerk.post("/enrollment/new/", {**form, "save": "next"}).content.decode()
    (told,) = re.findall(r'name="told" value="([^"]*)"', refused)
    assert told == "m1_name m1_phone"

    mended = clerk.post(CHECK, {**form, "told": told, "m1_phone": "13931520018"})

    assert part(mended, "id_m1_phone_error") == ""
    assert part(mended, "id_m1_name_error") == "还没有填成员1姓名。请补填成员1姓名。"
    assert "id_name_error" not in mended.content.decode()


def test_what_nobody_was_told_yet_is_not_said_beside_the_fields(clerk, opened):
    answer = clerk.post(CHECK, opened(m1_phone="139315200181", name=""))
    assert "_error" not in answer.content.decode()


@pytest.mark.parametrize("told", ["no_such_field", "paper_job_proof reason_x", "hukou_code", "sex"])
def test_remarks_are_sent_only_to_fields_that_stay_on_the_page(clerk, opened, told):
    answer = clerk.post(CHECK, {**opened(), "told": told})
    assert (answer.status_code, "_error" in answer.content.decode()) == (200, False)


def test_a_duplicate_is_told_and_each_answer_that_tells_it_is_recorded(clerk, opened, world):
    home = pupils.living_in("130283101201", "杨各庄镇 上庄村")
    other = pupils.enrolled(world, "clerk2", **home, name="周小舟")
    form = opened(id_number=other.id_number, name="周小舟")

    for _ in range(2):
        answer = clerk.post(CHECK, form)
        assert "学生姓名的首字是“周”" in part(answer, "doubles")

    masked = other.id_number[:6] + "********" + other.id_number[-4:]
    assert (
        list(Access.objects.values_list("kind", "page", "students", "filter"))
        == [("lookup", "enrollment", [other.pk], masked)] * 2
    )


def test_an_answer_that_shows_nobody_is_not_recorded(clerk, opened):
    clerk.post(CHECK, opened())
    assert not Access.objects.exists()


def test_a_held_answer_tells_neither_the_double_nor_that_there_is_none(clerk, opened, world):
    home = pupils.living_in("130283101201", "杨各庄镇 上庄村")
    other = pupils.enrolled(world, "clerk2", **home)
    for pk in range(60):
        Access.objects.create(
            at=world.acting("clerk").at,
            user_id=world.posts["clerk"].user_id,
            post_id=world.posts["clerk"].pk,
            organisation_path="",
            kind="lookup",
            page="enrollment",
            students=[90_000 + pk],
        )
    said = words(clerk.post(CHECK, opened(id_number=other.id_number)))

    assert "暂不再答复" in said
    for told in ("已建有学籍", "首字", "证件号没有建过学籍"):
        assert told not in said


def test_the_first_save_begins_the_draft_and_tells_its_number(clerk, opened):
    form = opened(name="")
    answer = clerk.post(DRAFT, form)

    case = Case.objects.get()
    assert answer.content.decode().strip().startswith("草稿已存 12:00")
    assert f'name="case" value="{case.number}"' in answer.content.decode()
    assert 'name="version" value="1"' in answer.content.decode()
    assert answer["HX-Replace-Url"] == f"/enrollment/{case.number}/edit/"
    assert not Student.objects.exists()


def test_saving_again_goes_on_with_the_same_draft_and_only_when_something_changed(clerk, opened):
    form = opened(name="")
    clerk.post(DRAFT, form)
    same = clerk.post(DRAFT, form)
    assert (same.content.decode().strip(), "HX-Replace-Url" in same) == ("草稿已存 12:00", False)

    number = Case.objects.get().number
    changed = clerk.post(DRAFT, {**form, "name": "王", "case": number, "version": "1"})

    assert 'name="version" value="2"' in changed.content.decode()
    assert (Case.objects.get().title, CaseForm.objects.get().values["row"]["name"]) == ("王", "王")


def test_what_is_typed_is_kept_sealed(clerk, opened):
    clerk.post(DRAFT, opened(name="司徒静怡"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT values FROM xueji_caseform")
        (sealed,) = cursor.fetchone()
    assert "司徒" not in bytes(sealed).decode(errors="ignore")
    assert CaseForm.objects.get().values["row"]["name"] == "司徒静怡"


def test_without_a_school_year_the_checks_say_what_is_lacking(clerk):
    Term.objects.all().delete()
    SchoolYear.objects.all().delete()

    assert "本县还没有录入学年" in clerk.post(CHECK, {}).content.decode()
    page = clerk.get("/enrollment/new/")
    assert (page.status_code, "现在不能录入新生" in words(page)) == (409, True)
