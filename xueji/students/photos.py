"""The photograph of a pupil: given by the pupil's school, brought to the official size."""

from collections.abc import Iterable, Mapping
from typing import IO

from django.db import transaction

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.documents import services as documents
from xueji.documents.content import JPEG
from xueji.documents.models import Document
from xueji.documents.portraits import Format
from xueji.organisations.queries import lineage
from xueji.rules.engine import Rules, rule_set
from xueji.students.models import Photo, Student


def wanted(rules: Rules) -> Format:
    """Size of the photograph as the rule set says it."""
    said = rules.value("register.photo")
    return Format(
        width=said["width"],
        height=said["height"],
        least_width=said["least_width"],
        least_height=said["least_height"],
        most_bytes=said["most_kilobytes"] * 1024,
    )


def pictured(student_ids: Iterable[int]) -> set[int]:
    """Those of the pupils whose photograph is kept."""
    kept = Photo.objects.filter(student__in=list(student_ids), document__removed_at__isnull=True)
    return set(kept.values_list("student", flat=True))


@transaction.atomic
def replace(*, student: Student, data: IO[bytes], acting: Acting) -> Photo:
    """Keep a photograph of a locked pupil and let the file of the one before go.

    Raises PermissionDenied unless the post is at the pupil's school, BadFile for what is no
    photograph.
    """
    place = lineage(student.school_id)
    access.require(acting, "students.photo", place.school.organisation_id)
    rules = rule_set(place.rule_set).at(acting.today)
    document = documents.store_portrait(
        name=f"{student.name}照片", data=data, wanted=wanted(rules), acting=acting
    )
    photo = Photo.objects.filter(student=student).first()
    if photo is None:
        (photo,) = history.create(
            [Photo(student=student, document=document)], acting=acting, reason="上传照片"
        )
        return photo
    before, photo.document = photo.document_id, document
    history.update([photo], fields=["document"], acting=acting, reason="更换照片")
    documents.release(
        Document.objects.filter(key=before).values_list("key", flat=True), today=acting.today
    )
    return photo


def replace_many(portraits: Mapping[Student, bytes], *, acting: Acting, reason: str) -> None:
    """Keep ready portraits of locked pupils of the acting school; old files go.

    The official JPEGs are made before, by ``documents.portraits.make``.
    """
    for student in portraits:
        access.require(acting, "students.photo", student.school_id or 0)
    present = {row.student_id: row for row in Photo.objects.filter(student__in=portraits)}
    before = [row.document_id for row in present.values()]
    new = []
    for student, data in portraits.items():
        document = documents.keep(
            name=f"{student.name}照片",
            content_type=JPEG,
            data=data,
            post=acting.post,
            at=acting.at,
        )
        if student.pk in present:
            present[student.pk].document = document
        else:
            new.append(Photo(student=student, document=document))
    history.create(new, acting=acting, reason=reason)
    history.update(present.values(), fields=["document"], acting=acting, reason=reason)
    documents.release(
        Document.objects.filter(pk__in=before).values_list("key", flat=True), today=acting.today
    )
