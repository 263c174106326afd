"""Numbers that other registers gave a pupil: kept with dates and paper, found by search.

They never touch the series: no number of ours is made, moved or refused because of them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.identity import crypto, idnumbers
from xueji.identity.papers import RESIDENT
from xueji.students import queries
from xueji.students.models import ForeignNumber, Student

PURPOSE = "student.foreign_number"
NATIONAL = re.compile(r"[GJL][0-9]{17}[0-9X]")
LOCAL = re.compile(r"(?=.*[0-9])[0-9A-Z]{7,18}")
FORMS = "全国学籍号是 G、J 或 L 加 18 位，别的县编的学籍号多为 14 位数字。"


@dataclass(frozen=True, kw_only=True)
class Given:
    """A number as another register gave it, read and faultless."""

    number: str
    issuer: str
    starts: date
    ends: date | None
    paper: str

    @property
    def is_national(self) -> bool:
        return NATIONAL.fullmatch(self.number) is not None

    @property
    def index(self) -> bytes:
        return number_index(self.number)


class NotForeign(Exception):
    """What was typed is no number to keep; the message is a Chinese sentence."""


ISSUED_HERE = "这个号是本系统编给该生的，已经有记录，不用登记。"
KNOWN = "这个号已经登记在该生名下，没有再登记一次。"
GONE = "名单里有学生已经不在本单位范围内，没有登记。请再核对一次。"
ANOTHERS = (
    "这个全国学籍号已经登记在另一名学生名下。一个号只属于一人，"
    "请核对号码；确实相同的，可能是重复建籍，请报教育局。"
)


def number_index(number: str) -> bytes:
    """Blind index of a foreign number, equal however it was typed."""
    return crypto.blind_index(PURPOSE, number)


def holders(number: str) -> list[int]:
    """Pupils of the whole tree whom another register knew by that number."""
    found = ForeignNumber.objects.filter(number_index=number_index(number))
    return list(found.values_list("student", flat=True).distinct())


def told(number: str, students: Sequence[Student]) -> list[ForeignNumber]:
    """By which numbers of other registers ``number`` found these pupils; [] where it is none."""
    if not number or not students:
        return []
    rows = ForeignNumber.objects.filter(number_index=number_index(number), student__in=students)
    return list(rows.select_related("student").order_by("starts", "pk"))


def fault(number: str, *, today: date) -> str:
    """Why this can be no number of another register; "" for one that can."""
    plain = idnumbers.normalise(number)
    if not plain:
        return "没有填学号。请照原来的学籍卡、转学证明填写。"
    if idnumbers.facts(RESIDENT, plain):
        return f"这是身份证号，不是学号。{FORMS}"
    if NATIONAL.fullmatch(plain):
        # 依 L 号编码规则没有校验位; J 号按学校代码编, 只有 G 号含身份证号
        found = idnumbers.check(RESIDENT, plain[1:], today=today) if plain[0] == "G" else []
        wrong = next((one for one in found if one.severity == "error"), None)
        return f"G 后面的 18 位不是有效的身份证号：{wrong}" if wrong else ""
    if not LOCAL.fullmatch(plain):
        return f"学号应是 7 至 18 位数字或字母。{FORMS}"
    return ""


def span_fault(starts: date | None, ends: date | None, *, born: date, today: date) -> str:
    """Why a pupil cannot have used a number from then until then; "" where it can."""
    if starts is None:
        return "没有填起用日期。请照转学证明、学籍卡填；记不清的填入学那年的 9 月 1 日。"
    if not born < starts <= today:
        return "起用日期应在该生出生以后、不晚于今天。请照转学证明、学籍卡填。"
    if ends and not starts <= ends <= today:
        return "停用日期应在起用日期以后、不晚于今天；还在用的留空。"
    return ""


def refusals(wanted: Sequence[tuple[Student, Given]]) -> list[str]:
    """Why each of these cannot be kept beside what is known and beside each other, in order."""
    pupils = {student.pk for student, _ in wanted}
    rows = ForeignNumber.objects.filter(student__in=pupils)
    known = {(pk, bytes(index)) for pk, index in rows.values_list("student", "number_index")}
    indexes = [given.index for _, given in wanted if given.is_national]
    rows = ForeignNumber.objects.filter(is_national=True, number_index__in=indexes)
    national = {bytes(index): pk for index, pk in rows.values_list("number_index", "student")}
    numbers = [given.number for _, given in wanted]
    issued = Student.objects.filter(pk__in=pupils, events__number__in=numbers)
    ours = set(issued.values_list("pk", "events__number"))
    found = []
    for student, given in wanted:
        if (student.pk, given.number) in ours or student.number == given.number:
            found.append(ISSUED_HERE)
        elif (student.pk, given.index) in known:
            found.append(KNOWN)
        elif given.is_national and national.get(given.index, student.pk) != student.pk:
            found.append(ANOTHERS)
        else:
            found.append("")
            known.add((student.pk, given.index))
            if given.is_national:
                national[given.index] = student.pk
    return found


def known_elsewhere(national: Mapping[str, int | None]) -> set[str]:
    """Of national numbers, each with the pupil it is said of, those that are another pupil's."""
    wanted = {number_index(number): number for number in national}
    rows = ForeignNumber.objects.filter(is_national=True, number_index__in=wanted)
    held = {wanted[bytes(index)]: pk for index, pk in rows.values_list("number_index", "student")}
    return {number for number, pk in held.items() if national[number] != pk}


@transaction.atomic
def keep(
    wanted: Sequence[tuple[Student, Given]], *, acting: Acting, reason: str
) -> list[ForeignNumber]:
    """Keep numbers of locked pupils in reach, all or none; NotForeign where one cannot be kept."""
    pupils = {student.pk for student, _ in wanted}
    if queries.visible(acting).filter(pk__in=pupils).count() != len(pupils):
        raise NotForeign(GONE)
    return bring(wanted, acting=acting, reason=reason)


@transaction.atomic
def bring(
    wanted: Sequence[tuple[Student, Given]], *, acting: Acting, reason: str
) -> list[ForeignNumber]:
    """Keep numbers of locked pupils who are just being entered, as ``keep`` does."""
    for why in refusals(wanted):
        if why:
            raise NotForeign(why)
    rows = [
        ForeignNumber(
            student=student,
            number=given.number,
            number_index=given.index,
            is_national=given.is_national,
            issuer=given.issuer,
            starts=given.starts,
            ends=given.ends,
            paper=given.paper,
        )
        for student, given in wanted
    ]
    return history.create(rows, acting=acting, reason=reason)
