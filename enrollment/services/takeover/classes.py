"""The classes that a takeover puts pupils into."""

from collections.abc import Iterable, Mapping
from typing import Any

from enrollment.rules import most
from enrollment.services.room import lock
from enrollment.services.takeover.context import ClassKey, Context
from xueji.organisations.models import SchoolClass

USUAL_CLASS = 45  # where the rule set states no size; what is larger already is made as it is


def classes_for(
    pupils: Iterable[Mapping[str, Any]], context: Context
) -> dict[ClassKey, SchoolClass] | None:
    """Those there are, and those that the workbook names and nobody has made yet.

    None where one of them was closed meanwhile. They are locked, after the pupils: whoever places
    a pupil there counts those of the workbook too. Of their size nothing is asked: pupils who are
    taken over sit there already.
    """
    classes = dict(context.classes)
    heads: dict[ClassKey, int] = {}
    grades: dict[ClassKey, int] = {}
    for values in pupils:
        if key := values["class_key"]:
            heads[key] = heads.get(key, 0) + 1
            grades[key] = values["grade"]
    used = {classes[key].pk for key in heads if key in classes}
    if used != lock(used).keys():
        return None
    new = [key for key in sorted(heads) if key not in classes]
    made = SchoolClass.objects.bulk_create(
        SchoolClass(
            school=context.lineage.school,
            stage=key[0],
            entry_year=key[1],
            number=key[2],
            grade=grades[key],
            capacity=max(
                heads[key], most(stage=key[0], granted=0, rules=context.rules) or USUAL_CLASS
            ),
        )
        for key in new
    )
    return classes | dict(zip(new, made, strict=True))
