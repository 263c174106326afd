"""What is said of a class that is none of those to choose from."""

from collections.abc import Mapping

from xueji.organisations.models import SchoolClass

MARK = "？"  # before the name of a class that a workbook says: a number would be taken for a key
MOST_NAMED = 6


def message(typed: str) -> str:
    said = f"班级「{typed[1:21]}」" if typed.startswith(MARK) else "所选班级"
    return f"{said}不是本校本届的班级。"


def remedy(classes: Mapping[str, SchoolClass]) -> str:
    """Which classes there are, the first few of many."""
    if not classes:
        return "这个年级还没有班级：请先建班，或空着这一格，以后再分班。"
    names = "、".join(str(row) for row in list(classes.values())[:MOST_NAMED])
    more = f"等 {len(classes)} 个班" if len(classes) > MOST_NAMED else ""
    return f"请从{names}{more}中选一个；还没有分班的空着。"
