"""Every item of the national sheet, from what is typed to what is kept, shown and described."""

from datetime import date
from decimal import Decimal

import pytest

from enrollment.forms import LABELS, EntryForm
from enrollment.forms.fields import DEFAULTS, items
from enrollment.queries import classes
from enrollment.services.context import load
from tests import pupils
from tests.enrollment.test_check import TODAY
from xueji.accounts.access import sees_medical
from xueji.identity.classification import DataClass
from xueji.management.commands import describe_sheet
from xueji.organisations.models import SchoolClass
from xueji.students import sheet
from xueji.students.models import Attendance, FamilyMember, Student, StudentSheet
from xueji.students.queries import counts
from xueji.students.showing import NOT_SHOWN, shown

FULL = {
    "compatriot": "05 台湾同胞",
    "health": "残疾",
    "political": "群众",
    "former_name": "王小二",
    "id_valid": "2021.06.01-2026.12.31",
    "specialty": "剪纸、跳绳",
    "blood_type": "AB",
    "class_number": "07",
    "source": "正常入学",
    "home_taught": "是",
    "mail_address": "建昌营镇邮政所 3 号信箱",
    "family_address": "",
    "postcode": "０６４４００",
    "email": "Wang@example.com",
    "homepage": "www.example.com/wang",
    "only_child": "否",
    "preschool": "是",
    "left_behind": "2",
    "orphan": "否",
    "martyr_family": "1",
    "inclusion": "智力",
    "disability": "智力",
    "bought_place": "0",
    "needs_aid": "是",
    "boarding": "住校",
    "boarding_subsidy": "是",
    "distance": "12.50公里",
    "travel": "校车",
    "school_bus": "是",
    "m1_nation": "满族",
    "m1_workplace": "首钢迁安",
    "m1_position_held": "班组长",
    "m1_relation_note": "生父",
    "m1_id_type": "身份证",
    "m1_address_text": "建昌营镇 军屯村 9 号",
    "m2_name": "李淑芬",
    "m2_relation": "2",
    "m2_phone": "13931520019",
    "m2_hukou_text": "永顺街道 迁钢社区",
}
KEPT = {
    "birth_place_code": "130283103227",
    "birth_place_text": "建昌营镇 军屯村",
    "native_place": "河北迁安",
    "compatriot": "05",
    "health": "50",
    "political": "13",
    "former_name": "王小二",
    "id_valid_from": date(2021, 6, 1),
    "id_valid_until": date(2026, 12, 31),
    "specialty": "剪纸、跳绳",
    "blood_type": "3",
    "class_number": "07",
    "source": "1",
    "mail_address": "建昌营镇邮政所 3 号信箱",
    "family_address": "建昌营镇 军屯村 12 号",
    "postcode": "064400",
    "email": "Wang@example.com",
    "homepage": "www.example.com/wang",
    "only_child": False,
    "preschool": True,
    "left_behind": "2",
    "orphan": False,
    "martyr_family": True,
    "inclusion": "13",
    "disability": "5",
    "bought_place": False,
    "needs_aid": True,
    "boarding_subsidy": True,
    "distance": Decimal("12.5"),
    "travel": "2",
    "school_bus": True,
}
SEEN = {
    "出生地": "建昌营镇 军屯村",
    "港澳台侨外": "台湾同胞",
    "身份证件有效期": "2021.06.01-2026.12.31",
    "送教上门": "是",
    "电子信箱": "W***@example.com",
    "联系电话": "1393152****",
    "是否留守儿童": "双亲留守儿童",
    "是否受过学前教育": "是",
    "上下学距离": "12.5 公里",
    "上下学方式": "校车",
    "是否孤儿": "否",
}
MEDICAL = {
    "健康状况": "残疾",
    "血型": "AB型",
    "随班就读": "智力残疾随班就读",
    "残疾类型": "智力残疾",
}


def columns(record):
    return {name: getattr(record, name) for name in KEPT}


def lines(student, **options):
    groups = shown(student, student.sheet, student.family.order_by("position"), **options)
    return [{line.label: line.text for line in group.lines} for group in groups]


def pupil_lines(student, **options):
    """The lines about the pupil, without those of the two members."""
    return {
        label: text for group in lines(student, **options)[:-2] for label, text in group.items()
    }


# -- the description ------------------------------------------------------------------------------
def test_the_sheet_has_its_items_in_order_each_once():
    """13 is the photograph, a file."""
    numbers = [int(item.number) for item in sheet.items() if item.number]
    assert sorted(numbers) == [n for n in range(1, 49) if n != 13]
    keys = [item.key for item in sheet.items() if item.key]
    assert len(keys) == len(set(keys))
    assert len(sheet.FAMILY) == 12


def test_every_column_of_the_sheet_is_described():
    described = {item.field for item in sheet.items() if item.model is StudentSheet}
    beside = {"student", "birth_place_code", "id_valid_until"}
    columns = {field.name for field in StudentSheet._meta.concrete_fields}
    assert columns - beside == described


def test_every_item_has_class_help_and_a_bound_of_its_length():
    for item in (*sheet.items(), *sheet.FAMILY):
        assert item.data_class in DataClass
        assert 0 < len(item.help) < 40
    medical = {item.label for item in sheet.items() if item.data_class == DataClass.MEDICAL}
    assert medical == set(MEDICAL)


def test_the_page_of_the_docs_is_up_to_date():
    """Else: python3 dev.py manage describe_sheet --apply."""
    assert describe_sheet.FILE.read_text(encoding="utf-8") == describe_sheet.text()


def test_the_form_has_every_typed_item_with_the_label_and_star_of_the_sheet(world):
    form = EntryForm(context=load(world.school_of("clerk").pk, today=TODAY))
    for name, (label, item) in items().items():
        field = form.fields[name]
        expected = "入学日期" if name == "entered_on" else label
        assert (field.label, LABELS[name]) == (expected, expected)
        starred = item.required and not name.startswith("m2_")
        assert getattr(field, "star", False) == starred, name


def test_an_empty_form_says_what_is_true_of_nearly_every_child(world):
    form = EntryForm(context=load(world.school_of("clerk").pk, today=TODAY))
    assert {name: form[name].value() for name in DEFAULTS} == DEFAULTS
    assert {name for name, fold in form.folds.items() if fold.is_open} == set()


# -- from typed to kept, shown and remembered -----------------------------------------------------
def test_what_is_typed_is_kept_shown_and_remembered(world):
    case = pupils.submitted(world, **FULL)
    student = Student.objects.get()

    assert columns(student.sheet) == KEPT
    assert student.attendance == Attendance.HOME_TAUGHT
    (remembered,) = StudentSheet.history.all()
    assert columns(remembered) == KEPT
    assert remembered.history_change_reason == f"新生入学 {case.number}"
    members = FamilyMember.objects.order_by("position")
    assert list(
        members.values_list("nation", "workplace", "position_held", "relation_note", "hukou_code")
    ) == [("11", "首钢迁安", "班组长", "生父", "130283103227"), ("", "", "", "", "130283001006")]
    assert members[0].address_code == "130283103227"
    own = {
        label: text for group in lines(student, medical=True)[:-2] for label, text in group.items()
    }
    assert {label: own[label] for label in SEEN | MEDICAL} == SEEN | MEDICAL
    father = lines(student, medical=True)[-2]
    assert (father["民族"], father["职务"], father["联系电话"]) == ("满族", "班组长", "1393152****")


@pytest.mark.parametrize(("taught", "heads"), [("0", 1), ("1", 0)])
def test_a_child_taught_at_home_takes_no_seat_in_the_class(world, taught, heads):
    own = SchoolClass.objects.get(school=world.school_of("clerk"), number=1)
    pupils.enrolled(world, school_class=str(own.pk), home_taught=taught, disability="4")

    assert dict(classes(world.school_of("clerk").pk, 2026))[own] == heads
    assert counts(world.organisations["清泉小学"].path).present == 1


def test_medical_items_stay_hidden_without_the_right(world):
    pupils.submitted(world, **FULL)
    own = pupil_lines(Student.objects.get(), medical=False)
    assert {label: own[label] for label in MEDICAL} == dict.fromkeys(MEDICAL, NOT_SHOWN)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("clerk", True),
        ("principal", True),
        ("county", True),
        ("county-head", True),
        ("centre", False),
        ("city", False),
        ("province", False),
        ("auditor", False),
        ("admin", False),
        ("clerk2", False),
        ("county9", False),
    ],
)
def test_medical_items_are_for_the_pupils_school_and_county(world, client_of, who, may):
    case = pupils.submitted(world, **FULL)
    assert sees_medical(world.acting(who), case.org_path) is may
    assert sees_medical(world.acting(who), None) is False
    answer = client_of(who).get(f"/cases/{case.number}/")
    assert ("智力残疾" in answer.content.decode()) is may


def test_a_returned_case_comes_back_whole_and_the_next_version_is_signed(world, client_of, noon):
    case = pupils.submitted(world, **FULL)
    pupils.sign(world, case, "principal", decision="returned")
    page = client_of("clerk").get(f"/enrollment/{case.number}/edit/").content.decode()

    for text in ("剪纸、跳绳", "Wang@example.com", "2021.06.01-2026.12.31", "班组长"):
        assert text in page
    assert page.count('<details class="fold" open>') == 4
