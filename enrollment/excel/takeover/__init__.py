"""Workbooks of a takeover: the columns, the empty one to fill, the rows of a filled one."""

from enrollment.excel.takeover.reading import read
from enrollment.excel.takeover.template import workbook

__all__ = ["read", "workbook"]
