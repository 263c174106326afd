"""The items of the national sheet in the entry form: in the open or folded, with what default."""

from django import forms

from xueji.pages.fields import code_field, of_item
from xueji.students import sheet

MEMBERS = (1, 2)
NO = "0"

# what is true of nearly every child; a select without default begins empty
DEFAULTS = {
    "compatriot": "00",
    "political": "13",
    "health": "10",
    "source": "1",
    "left_behind": "0",
    "inclusion": "00",
    "disability": "0",
    **dict.fromkeys("orphan martyr_family needs_aid boarding_subsidy".split(), NO),
    **dict.fromkeys("school_bus bought_place home_taught".split(), NO),
    **{f"m{n}_id_type": "1" for n in MEMBERS},
}
MEMBER_MORE = "relation_note nation id_type position_held workplace address_text hukou_text"

# items asked in the open and folded ones, by group of the form
ASKED = {
    "identity": "compatriot health",
    "home": "native_place postcode mail_address family_address",
    "school": "distance travel school_bus",
    "more": "only_child preschool left_behind orphan martyr_family needs_aid boarding_subsidy",
}
FOLDED = {
    "identity": (
        "政治面貌、曾用名、证件有效期、特长、血型、残疾",
        "political former_name id_valid blood_type specialty inclusion disability",
    ),
    "home": ("电子信箱、主页地址", "email homepage"),
    "family": (
        "成员的民族、工作单位、现住址、户口所在地、职务",
        " ".join(f"m{n}_{key}" for n in MEMBERS for key in MEMBER_MORE.split()),
    ),
    "school": (
        "班内学号、学生来源、购买学位、送教上门",
        "class_number source bought_place home_taught",
    ),
}


def items() -> dict[str, tuple[str, sheet.Item]]:
    """Field name → label and item, for every item of the sheet that is typed."""
    found = {item.key: (item.label, item) for item in sheet.items() if item.key}
    for n in MEMBERS:
        for item in sheet.FAMILY:
            found[f"m{n}_{item.key}"] = (f"成员{n}{item.label}", item)
    return found


def of_sheet() -> dict[str, forms.Field]:
    """The fields of the items that stand in ASKED and FOLDED, and of the birth place."""
    known = items()
    names = " ".join((*ASKED.values(), *(keys for _, keys in FOLDED.values())))
    fields: dict[str, forms.Field] = {}
    for name in (*names.split(), "birth_place_text"):
        label, item = known[name]
        fields[name] = of_item(name, item, empty=None if name in DEFAULTS else "")
        fields[name].label = label
        if item.is_place:
            fields[f"{name[:-4]}code"] = code_field()
    return fields
