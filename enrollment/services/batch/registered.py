"""Rows of pupils who are in the school's register already and say of them what it says."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from django.db import models

from enrollment.services.batch.rows import Entry, Fate
from enrollment.services.check import Checked
from xueji.organisations.models import School
from xueji.students import editing, sheet, showing, unknown_class
from xueji.students.editing import Saved
from xueji.students.models import LIVE, Student, StudentSheet


def find_registered(rows: Iterable[tuple[Entry, Checked]], school: School) -> None:
    """Such a row changes nothing, whoever made the workbook; an empty cell says nothing.

    Three queries, none where nobody of the rows is in the register of the school.
    """
    known = {
        student.pk: entry
        for entry, checked in rows
        for student in _candidates(checked)
        if student.school_id == school.pk and student.status in LIVE
    }
    if not known:
        return
    for saved in editing.load_all(
        Student.objects.filter(pk__in=known).select_related("school_class")
    ):
        entry = known[saved.student.pk]
        if not entry.faults and says_the_same(entry.row, saved):
            entry.fate = Fate.SAME


def _candidates(checked: Checked) -> list[Student]:
    """Who has the document number; of a child without one, who may be the same child."""
    if checked.known or checked.values.get("id_number"):
        return [checked.known] if checked.known else []
    return [match.student for match in checked.near]


def says_the_same(row: Mapping[str, str], saved: Saved) -> bool:
    """Whether every filled cell about the child and the family is what is saved, or its code."""
    return all(_plain(row[key]) in said for key, said in _said(saved) if row.get(key, "").strip())


def _said(saved: Saved) -> Iterator[tuple[str, set[str]]]:
    """Key of each column, and the ways to write what is saved."""
    rows: dict[type[models.Model], models.Model] = {
        Student: saved.student,
        StudentSheet: saved.sheet,
    }
    for item in sheet.items():
        if item.key:
            yield from _of_item(item.key, item, rows[item.model])
    members = [saved.family[position] for position in sorted(saved.family)]
    for slot, member in zip(sheet.MEMBERS, members, strict=False):
        for item in sheet.FAMILY:
            yield from _of_item(f"{slot}_{item.key}", item, member)
    for slot in sheet.MEMBERS[len(members) :]:
        yield from ((key, set()) for key in sheet.given_of(slot))


def _of_item(key: str, item: sheet.Item, row: models.Model) -> Iterator[tuple[str, set[str]]]:
    said = {_plain(showing.text_of(item, row)), _plain(editing.as_typed(item, row))}
    if key == "entered_on":
        said.add(f"{showing.text_of(item, row)}-01")  # a month is read as its first day
    if key == "school_class":
        # its key where it is one to enter, else its name behind a mark
        key_of_class = str(getattr(row, "school_class_id"))  # noqa: B009 -- of a pupil
        said = {key_of_class, *(_plain(f"{unknown_class.MARK}{text}") for text in said)}
    yield key, said
    if item.is_place:
        yield f"{key[:-4]}code", {getattr(row, f"{item.field[:-4]}code")}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
