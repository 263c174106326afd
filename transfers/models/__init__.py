"""What transfers and borrowed study know beyond the pupil."""

from transfers.models.borrowing import (
    Borrowing,
    BorrowingChange,
    EndReason,
    Ground,
    SheetLoan,
)
from transfers.models.reinstatement import Reinstatement
from transfers.models.transfer import Carrier, Direction, PaperFile, Reason, Transfer

__all__ = [
    "Borrowing",
    "BorrowingChange",
    "Carrier",
    "Direction",
    "EndReason",
    "Ground",
    "PaperFile",
    "Reason",
    "Reinstatement",
    "SheetLoan",
    "Transfer",
]
