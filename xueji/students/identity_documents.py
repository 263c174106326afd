"""A pupil's identity documents, past and present: kept from the day the pupil enters."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction

from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.identity import crypto, idnumbers
from xueji.students.models import UNREGISTERED, IdentityDocument, Student, StudentSheet


def id_index(number: str) -> bytes:
    """Blind index of an identity document's number, equal however it was typed."""
    return crypto.blind_index("student.id_number", idnumbers.normalise(number))


def holders(number: str) -> list[int]:
    """Pupils of the whole tree who use that number or have used it."""
    found = IdentityDocument.objects.filter(id_index=id_index(number))
    return list(found.values_list("student", flat=True).distinct())


def follow(
    students: Iterable[Student],
    *,
    acting: Acting,
    reason: str,
    cases: Mapping[int, int | None] | None = None,
) -> None:
    """Make the present document of each locked pupil what the pupil says; the other is former.

    A pupil without register has no documents yet: what is typed then is only a try. ``cases``
    names the case by which each pupil's number came.
    """
    pupils = {pupil.pk: pupil for pupil in students if pupil.status not in UNREGISTERED}
    rows = IdentityDocument.objects.filter(student__in=pupils, used_until__isnull=True)
    present = {row.student_id: row for row in rows}
    ended = {pk: row for pk, row in present.items() if _of(row) != _of(pupils[pk])}
    _end(ended.values(), acting=acting, reason=reason)
    new = [
        IdentityDocument(
            student=pupil,
            id_type=pupil.id_type,
            id_number=pupil.id_number,
            id_index=pupil.id_index,
            case_id=(cases or {}).get(pk),
        )
        for pk, pupil in pupils.items()
        if pupil.id_index and (pk not in present or pk in ended)
    ]
    history.create(new, acting=acting, reason=reason)


def _of(row: Student | IdentityDocument) -> tuple[str, bytes]:
    return row.id_type, bytes(row.id_index or b"")


def _end(rows: Iterable[IdentityDocument], *, acting: Acting, reason: str) -> None:
    """Let documents be former ones, with the time for which the sheet called them valid."""
    ended = {row.student_id: row for row in rows}
    if not ended:
        return
    sheets = StudentSheet.objects.in_bulk(ended)
    for pk, row in ended.items():
        row.used_until = acting.today
        if sheet := sheets.get(pk):
            row.valid_from, row.valid_until = sheet.id_valid_from, sheet.id_valid_until
    fields = ["used_until", "valid_from", "valid_until"]
    history.update(ended.values(), fields=fields, acting=acting, reason=reason)


class NotAFormer(Exception):
    """What was typed is no former document of the pupil; the message is a Chinese sentence."""


PRESENT = "这就是该生现在的证件号，不用补录。请填以前用过、现在已不用的号码。"
KNOWN = "这个号码已经登记为该生以前的证件号，没有再登记一次。"


@transaction.atomic
def add_former(
    *, student: Student, id_type: str, number: str, used_until: date, acting: Acting, reason: str
) -> IdentityDocument:
    """Keep a document that the locked pupil used before; NotAFormer when the register has it.

    The number must be faultless already: the form checks it.
    """
    index = id_index(number)
    rows = list(IdentityDocument.objects.filter(student=student, id_index=index))
    if bytes(student.id_index or b"") == index or any(row.used_until is None for row in rows):
        raise NotAFormer(PRESENT)
    if rows:
        raise NotAFormer(KNOWN)
    former = IdentityDocument(
        student=student,
        id_type=id_type,
        id_number=idnumbers.normalise(number),
        id_index=index,
        used_until=used_until,
    )
    (former,) = history.create([former], acting=acting, reason=reason)
    return former
