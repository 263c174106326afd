"""Workbooks of this app: the list for the national check, and the intake that comes as one."""

from enrollment.excel.national_list import workbook

__all__ = ["workbook"]
