"""The rows of a filled takeover workbook, as they were typed."""

import re

from enrollment.excel.intake import Intake, entries, opened, require_own
from enrollment.excel.takeover.columns import KNOWN_HEADERS, REQUIRED

MARK = re.compile(r"建库表.*?模板第\s*(\d+)\s*版.*?学校编号\s*(\d+)")


def read(data: bytes, school_id: int) -> Intake:
    """Every row below the header; Unreadable where the file as a whole cannot be taken."""
    intake, rows = opened(data, KNOWN_HEADERS, REQUIRED)
    require_own(intake.table, MARK, school_id)
    intake.entries += entries(intake, rows)
    return intake
