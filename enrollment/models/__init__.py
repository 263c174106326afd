"""What cases of this app know beyond the pupil: entries, classes, workbooks, schools taken over."""

from enrollment.models.entry import (
    Admission,
    ClassMove,
    Deferral,
    Draw,
    DrawClass,
    DrawPlace,
    Enrollment,
    Excess,
    Ground,
    LateReason,
)
from enrollment.models.imports import (
    BatchState,
    ImportBatch,
    ImportedRow,
)
from enrollment.models.photos import PhotoBatch, PhotoBatchState
from enrollment.models.takeover import (
    OVER,
    TakenOver,
    TakenSeries,
    Takeover,
    TakeoverState,
)

__all__ = [
    "Admission",
    "BatchState",
    "ClassMove",
    "Deferral",
    "Draw",
    "DrawClass",
    "DrawPlace",
    "Enrollment",
    "Excess",
    "Ground",
    "ImportBatch",
    "ImportedRow",
    "LateReason",
    "OVER",
    "PhotoBatch",
    "PhotoBatchState",
    "TakenOver",
    "TakenSeries",
    "Takeover",
    "TakeoverState",
]
