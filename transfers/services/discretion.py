"""Of a pupil outside one's reach whose register stands against it, it is told whom to ask."""

from collections.abc import Iterable

from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.organisations.queries import lineage
from xueji.rules.engine import Finding
from xueji.rules.files import Effect
from xueji.students.guests import guests
from xueji.students.models import Student

OF_STATUS = frozenset(
    f"{kind}.{name}" for kind in ("transfer", "borrowing") for name in ("status", "suspended")
)


def untold(student: Student, act: str, acting: Acting) -> str:
    """What stands in the place of the reasons; "" for who reaches the pupil and reads them.

    Who has the pupil as a guest (借读) does too.
    """
    if student.school_id is None or acting.reaches(student.org_path):
        return ""
    hosts = guests().filter(student=student, school__isnull=False)
    if any(acting.reaches(path) for path in hosts.values_list("org_path", flat=True)):
        return ""
    county = lineage(student.school_id).county
    return f"该生现在不能办{act}。请监护人与原学校或{county}联系。"


def withhold(findings: Iterable[Finding], student: Student, act: str, acting: Acting) -> None:
    """Raise Refused where the status stands against it and is not this post's to read."""
    blocks = any(one.key in OF_STATUS and one.effect == Effect.BLOCK for one in findings)
    if blocks and (sentence := untold(student, act, acting)):
        raise Refused(sentence)
