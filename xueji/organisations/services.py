"""Founding organisations; paths are made here and nowhere else."""

from datetime import date

from django.db import transaction

from xueji.organisations.divisions import initials
from xueji.organisations.models import Level, Organisation, label


def found(
    *,
    parent: Organisation | None,
    level: Level,
    name: str,
    division_code: str = "",
    number_code: str = "",
    rule_set: str = "",
    opened_on: date | None = None,
) -> Organisation:
    """Add a node below ``parent``; its path label is its own id and never used again."""
    pk = Organisation.next_id()
    with transaction.atomic():
        return Organisation.objects.create(
            id=pk,
            parent=parent,
            level=level,
            name=name,
            initials=initials(name),
            path=(parent.path if parent else "") + label(pk),
            division_code=division_code,
            number_code=number_code,
            rule_set=rule_set,
            opened_on=opened_on,
        )
