"""Two rows of a history in words: what changed from what to what, with nothing that is masked.

Labels are the fields' own, values the words of their code tables. A field that is sensitive or
medical and not named here only says that it changed: a new one is safe before anyone thinks of it.
"""

from dataclasses import dataclass
from datetime import date

from django.db import models

from xueji.conduct.models import Conduct
from xueji.identity import masking
from xueji.identity.classification import DataClass, data_classes
from xueji.organisations.models import GRADE_NAMES, SchoolClass
from xueji.students.models import (
    FamilyMember,
    ForeignNumber,
    IdentityDocument,
    Photo,
    Placement,
    Student,
    StudentSheet,
)
from xueji.students.services import PLACE

MASKS = {"id_number": masking.mask_id, "phone": masking.mask_phone}
SHOWN = {
    "id_type", "no_id_reason", "hukou_code", "hukou_text", "address_code", "address_text",
    "birth_place_code", "birth_place_text", "mail_address", "family_address", "postcode",
    "workplace", "id_valid_from", "id_valid_until",
}  # fmt: skip
CLOSED = {DataClass.SENSITIVE, DataClass.MEDICAL, DataClass.SECRET}
NOT_TOLD = {
    "id", "student", "version", "name_initials", "name_full", "name_order", "name_strokes",
    "id_index", "position", "case", "merged_into", "org_path", "stage", "kind",
}  # fmt: skip
EMPTY = "空"
HIDDEN = "内容不在履历中显示"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line: ``label`` was ``old`` and is ``new``; without ``old`` it is new."""

    label: str
    old: str = ""
    new: str


@dataclass(frozen=True)
class Names:
    """Schools and classes by id, loaded once for all rows of a page."""

    schools: dict[int, str]
    classes: dict[int, SchoolClass]

    def place(self, row) -> str:
        """``清泉小学 一（1）班`` in the grade that the row itself has."""
        return f"{self.schools.get(row.school_id, '')} {self.school_class(row)}"

    def school_class(self, row) -> str:
        found = self.classes.get(row.school_class_id)
        return class_name(row.grade, found) if found else "未分班"


def class_name(grade: int, school_class: SchoolClass) -> str:
    """The class as it was called in ``grade``: its own grade moves on with the years."""
    return f"{GRADE_NAMES[grade]}（{school_class.number}）班"


def changes(row, prior, names: Names) -> list[Change]:
    """What ``row`` says other than ``prior``, the row before it (None: not known)."""
    model = row.instance_type
    if model is IdentityDocument:
        return _document(row)
    if model is Conduct:
        return _conduct(row, prior)
    if model is ForeignNumber:
        return _foreign(row)
    if row.history_type == "+":
        return _first(row, model, names)
    if row.history_type == "-":
        return [Change(label=_whose(row, model), new="删去")]
    if prior is None:
        return []
    if model is Placement:
        return _moves(row, prior, names)
    return _fields(row, prior, model)


def _first(row, model, names: Names) -> list[Change]:
    if model is Placement:
        return [Change(label="就读", new=f"{names.place(row)}，自 {row.starts:%Y-%m-%d}")]
    if model is FamilyMember:
        return [Change(label=_whose(row, model), new=f"登记（{row.get_relation_display()}）")]
    if model is Photo:
        return [Change(label="照片", new="首次上传")]
    if model is StudentSheet:
        return []  # told with the pupil's own first row
    return [Change(label=_whose(row, model) or "学生信息", new="首次登记")]


def _document(row) -> list[Change]:
    """A former document that was added; present ones are told with the pupil's own number."""
    if row.history_type != "+" or row.used_until is None:
        return []
    number = masking.mask_id(row.id_number)
    told = f"{row.get_id_type_display()} {number}，用到 {row.used_until:%Y-%m-%d}"
    return [Change(label="以前的证件", new=told)]


def _conduct(row, prior) -> list[Change]:
    """A reward or sanction that was recorded, revoked or undone; its words never change."""
    said = row.instance
    label = said.get_kind_display()
    if row.history_type == "+":
        who = f"{said.unit} {said.paper_number}".strip()
        return [Change(label=label, new=f"{said.title}，{said.given_on:%Y-%m-%d}，{who}")]
    if said.undone:
        return [Change(label=label, old=said.title, new="作废")]
    if said.revoked_on and (prior is None or not prior.revoked_on):
        until = f"{said.revoked_on:%Y-%m-%d} 起撤销 {said.revoked_number}".strip()
        return [Change(label=f"{label} {said.title}", new=until)]
    return []


def _foreign(row) -> list[Change]:
    number = masking.mask_id(row.number) if row.is_national else row.number
    until = f"{row.ends:%Y-%m-%d}" if row.ends else "今"
    told = f"{number}，{row.issuer}，{row.starts:%Y-%m-%d} 至 {until}"
    return [Change(label="外来学号", new=told)]


def _whose(row, model) -> str:
    return f"家庭成员 {row.name}" if model is FamilyMember else ""


def _moves(row, prior, names: Names) -> list[Change]:
    found = []
    old, new = names.place(prior), names.place(row)
    if old != new:
        found.append(Change(label="就读", old=old, new=new))
    if prior.ends != row.ends:
        until = f"至 {row.ends:%Y-%m-%d}" if row.ends else "恢复，未结束"
        found.append(Change(label=f"就读 {new}", new=until))
    return found


def _fields(row, prior, model: type[models.Model]) -> list[Change]:
    not_told = NOT_TOLD | (set(PLACE) if model is Student else set())
    classes = data_classes(model)
    whose = f"{_whose(row, model)} " if _whose(row, model) else ""
    changed = [
        field
        for field in model._meta.concrete_fields
        if field.name not in not_told
        and getattr(row, field.attname) != getattr(prior, field.attname)
    ]
    names = {field.name for field in changed}
    return [
        _change(field, row, prior, classes[field.name], whose)
        for field in changed
        if not (field.name.endswith("_code") and f"{field.name[:-5]}_text" in names)
    ]


def _change(field, row, prior, data_class: DataClass, whose: str) -> Change:
    label = f"{whose}{field.verbose_name}"
    if row.instance_type is Photo:
        return Change(label=label, new="已更换")
    old, new = getattr(prior, field.attname), getattr(row, field.attname)
    if mask := MASKS.get(field.name):
        old, new = mask(old) or EMPTY, mask(new) or EMPTY
        if old == new:
            return Change(label=label, new=f"{new}（遮住的数字有改动）")
        return Change(label=label, old=old, new=new)
    if data_class in CLOSED and field.name not in SHOWN:
        return Change(label=label, new=f"有改动（{HIDDEN}）")
    return Change(label=label, old=_word(field, old), new=_word(field, new))


def _word(field, value) -> str:
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    return str(dict(field.flatchoices).get(value, value))
