"""Photographs as a ZIP: whose each is by the number in its name, made official, kept at once.

Only pupils of the acting school are looked for; what cannot be kept is listed with the reason.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db import transaction

from enrollment.models import PhotoBatch, PhotoBatchState
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.documents import services as documents
from xueji.documents.archives import Archive, Member
from xueji.documents.models import Document
from xueji.documents.portraits import Format, make
from xueji.documents.refusals import BadFile
from xueji.identity import masking
from xueji.jobs import services as jobs
from xueji.organisations.models import School
from xueji.organisations.queries import lineage
from xueji.rules.engine import rule_set
from xueji.students import photos
from xueji.students import services as students
from xueji.students.identity_documents import id_index
from xueji.students.models import Student

KIND = "enrollment.photos"
ZIP = "application/zip"
PIECE = 1024 * 1024
MOST_TOLD = 200
_NUMBER = re.compile(r"(?<![0-9A-Z])(?:[0-9]{17}[0-9X]|[0-9]{14})(?![0-9A-Z])")
_DIGITS = re.compile(r"[0-9]{7,}X?")

NAMELESS = "文件名里没有 18 位证件号或 14 位学籍号。请用号码作文件名，如 号码.jpg。"
SEVERAL = "文件名里有几个号码，不知道是谁的。请只留一个号码。"
NOBODY = "本校没有这个号码的学生。请核对号码；外校的学生由外校上传。"
DOUBLE = "同一名学生有 {count} 张照片，一张也没有用。请只留一张。"


@dataclass
class Found:
    """What becomes of the files of an archive: portraits by pupil, and why others are left."""

    portraits: dict[int, bytes] = field(default_factory=dict)
    left: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def take(*, name: str, data: IO[bytes], key: UUID, acting: Acting) -> PhotoBatch:
    """Keep an uploaded ZIP and queue it; nothing of it is opened here. BadFile for no ZIP."""
    access.require(acting, "students.photo", acting.post.organisation_id)

    def copied(out: IO[bytes]) -> None:
        while piece := data.read(PIECE):
            out.write(piece)

    source = documents.keep_written(
        documents.write(copied),
        name=name,
        content_type=ZIP,
        post=acting.post,
        at=acting.at,
        expires_on=acting.today + settings.IMPORTS_KEPT,
    )
    batch = PhotoBatch.objects.create(
        school=School.objects.get(pk=acting.post.organisation_id),
        post=acting.post,
        opened_at=acting.at,
        file_name=source.name,
        source=source,
    )
    batch.job = jobs.enqueue(
        kind=KIND, key=f"{KIND}:{key}", parameters={"batch": batch.pk}, post=acting.post
    )
    batch.save(update_fields=["job"])
    return batch


def look_through(
    archive: Archive,
    *,
    school_id: int,
    wanted: Format,
    tell: Callable[[int], None] = lambda done: None,
) -> Found:
    """Match every file and make its portrait; ``tell`` hears how many are done. Writes nothing.

    At most two queries, however many files there are.
    """
    found = Found()
    whose = _whose(archive.members, school_id, found)
    done = len(found.left)
    for student_id, members in whose.items():
        done += len(members)
        if len(members) > 1:
            why = DOUBLE.format(count=len(members))
            found.left += [(_shown(member), why) for member in members]
        else:
            try:
                found.portraits[student_id] = make(archive.read(members[0]), wanted)
            except BadFile as error:
                found.left.append((_shown(members[0]), str(error)))
        tell(done)
    return found


def wanted_at(school_id: int, today: date) -> Format:
    """The size of photographs by the rules of the school."""
    return photos.wanted(rule_set(lineage(school_id).rule_set).at(today))


def _whose(members: Sequence[Member], school_id: int, found: Found) -> dict[int, list[Member]]:
    """Pupil → the files whose name holds a number of that pupil."""
    numbers: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        stem = unicodedata.normalize("NFKC", member.stem).upper()
        typed = set(_NUMBER.findall(stem))
        if len(typed) == 1:
            numbers[typed.pop()].append(member)
        else:
            found.left.append((_shown(member), SEVERAL if typed else NAMELESS))
    known = _holders(numbers, school_id)
    whose: dict[int, list[Member]] = defaultdict(list)
    for number, files in numbers.items():
        if number in known:
            whose[known[number]] += files
        else:
            found.left += [(_shown(member), NOBODY) for member in files]
    return whose


def _holders(numbers: Iterable[str], school_id: int) -> dict[str, int]:
    """Document or register number → the pupil of the school who has it now."""
    own = Student.objects.filter(school=school_id)
    short = [number for number in numbers if len(number) == 14]
    found = dict(own.filter(number__in=short).values_list("number", "pk"))
    indexes = {id_index(number): number for number in numbers if len(number) == 18}
    rows = own.filter(id_index__in=indexes).values_list("id_index", "pk")
    return found | {indexes[bytes(index)]: pk for index, pk in rows}


def _shown(member: Member) -> str:
    """The file's name with its numbers masked."""
    return _DIGITS.sub(lambda number: masking.mask_id(number[0]), member.name)[:100]


def keep(*, batch_id: int, found: Found, acting: Acting) -> None:
    """Put the portraits with their pupils; who has gone to another school meanwhile is told."""
    batch = _lock(batch_id)
    locked = students.lock(found.portraits)
    here = {
        student: found.portraits[pk]
        for pk, student in locked.items()
        if student.school_id == batch.school_id
    }
    photos.replace_many(here, acting=acting, reason=f"照片包 {batch.pk}")
    left = sorted(found.left)
    gone = len(found.portraits) - len(here)
    if gone:
        left.append((f"{gone} 张", "处理时该生已经转到外校，没有更换。"))
    batch.files, batch.kept = len(found.portraits) + len(found.left), len(here)
    _end(batch, PhotoBatchState.DONE, {"left": left[:MOST_TOLD], "total": len(left)}, acting)


def refuse(*, batch_id: int, why: str, acting: Acting) -> None:
    """The archive as a whole cannot be taken."""
    _end(_lock(batch_id), PhotoBatchState.REFUSED, {"refused": why}, acting)


def _lock(batch_id: int) -> PhotoBatch:
    return PhotoBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)


def _end(
    batch: PhotoBatch, state: PhotoBatchState, summary: dict[str, object], acting: Acting
) -> None:
    batch.state, batch.summary, batch.done_at = state, summary, acting.at
    batch.save()
    source = Document.objects.filter(pk=batch.source_id).values("key")
    documents.release(source, today=acting.today)
