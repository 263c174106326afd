"""The child, the family, the places, and the further items of the national sheet."""

from xueji.students.models.pupil import (
    LIVE,
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
    "Attendance",
    "FamilyMember",
    "Placement",
    "PlacementKind",
    "PlacementQuerySet",
    "RegisterType",
    "Status",
    "Student",
    "StudentQuerySet",
    "StudentSheet",
]
