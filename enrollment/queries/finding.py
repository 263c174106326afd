"""Finding the children of a list by what was typed; a draft by what stands in it.

A draft has no pupil yet: its name is read from the case, its number from the form, which is
sealed. A search by number opens every draft of the list, in one query.
"""

import re
from collections.abc import Callable, Sequence

from django.db.models import QuerySet

from xueji.cases.models import CaseForm, CaseQuerySet
from xueji.identity import idnumbers, pinyin
from xueji.identity.names import MIDDLE_DOT, clean_name
from xueji.students.models import UNREGISTERED, Student, StudentQuerySet
from xueji.students.search import as_number, search


def entering() -> StudentQuerySet:
    """Children on whom no register stands yet."""
    return Student.objects.filter(status__in=UNREGISTERED)


def of_pupils(rows: QuerySet, typed: str, *, student: str, among: StudentQuerySet) -> QuerySet:
    """Narrow ``rows`` to those whose pupil, named by the field ``student``, may be meant."""
    if not typed.strip():
        return rows
    return rows.filter(**{f"{student}__in": search(among, typed)})


def drafts(rows: CaseQuerySet, typed: str) -> CaseQuerySet:
    """Narrow drafts to those in which the name or the number that is meant was typed."""
    words = clean_name(typed).replace(MIDDLE_DOT, " ").lower().split()
    if not words:
        return rows
    letters = [pinyin.letters(word) for word in words]
    if all(letters):
        meant = _named(rows, _by_letters(letters))
    elif plain := as_number(typed):
        forms = CaseForm.objects.filter(case__in=rows.values("pk"))
        meant = [form.pk for form in forms if _number(form) == plain]
    else:
        meant = _named(rows, lambda name: "".join(words) in _joined(name))
    return rows.filter(pk__in=meant)


def _number(form: CaseForm) -> str:
    return idnumbers.normalise(str(form.values.get("row", {}).get("id_number", "")))


def _named(rows: CaseQuerySet, is_meant: Callable[[str], bool]) -> list[int]:
    return [pk for pk, name in rows.values_list("pk", "title") if is_meant(clean_name(name))]


def _joined(name: str) -> str:
    return "".join(name.replace(MIDDLE_DOT, " ").lower().split())


def _by_letters(words: Sequence[str]) -> Callable[[str], bool]:
    """Pinyin in full, its initials, or in two words one of each; surnames by any reading."""
    first, rest = words[0], "".join(words[1:])
    readings = [("", first), *pinyin.otherwise(first)]
    return lambda name: any(
        name.startswith(surname)
        and _is_spelt(letters, rest, initials=pinyin.initials(name), full=pinyin.full(name))
        for surname, letters in readings
    )


def _is_spelt(first: str, rest: str, *, initials: str, full: str) -> bool:
    joined = first + rest
    if initials.startswith(joined) or full.startswith(joined):
        return True
    short, long = rf"{first[0]}[a-z]?{rest}", rf"{first[0]}[a-z]*{rest}"
    return bool(rest) and (
        (full.startswith(first) and re.match(short, initials) is not None)
        or (initials.startswith(first) and re.match(long, full) is not None)
    )
