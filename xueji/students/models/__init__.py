"""The child, family, places, the sheet, photograph, documents and numbers of other registers."""

from xueji.students.models.documents import ForeignNumber, IdentityDocument, Photo
from xueji.students.models.placement import Placement, PlacementKind, PlacementQuerySet
from xueji.students.models.pupil import (
    LIVE,
    UNREGISTERED,
    Attendance,
    FamilyMember,
    RegisterType,
    Status,
    Student,
    StudentQuerySet,
)
from xueji.students.models.sheet import StudentSheet

__all__ = [
    "LIVE",
    "UNREGISTERED",
    "Attendance",
    "FamilyMember",
    "ForeignNumber",
    "IdentityDocument",
    "Photo",
    "Placement",
    "PlacementKind",
    "PlacementQuerySet",
    "RegisterType",
    "Status",
    "Student",
    "StudentQuerySet",
    "StudentSheet",
]
