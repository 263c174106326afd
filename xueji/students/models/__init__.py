"""The child, family, places, further items of the sheet, photograph and identity documents."""

from xueji.students.models.documents import IdentityDocument, Photo
from xueji.students.models.pupil import (
    LIVE,
    UNREGISTERED,
    Attendance,
    FamilyMember,
    Placement,
    PlacementKind,
    PlacementQuerySet,
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
