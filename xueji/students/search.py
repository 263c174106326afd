"""Finding pupils by what people type: characters, pinyin, document number, register number."""

import re
from collections.abc import Callable

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value

from xueji.identity import idnumbers, masking, pinyin
from xueji.identity.names import MIDDLE_DOT, clean_name
from xueji.students import foreign_numbers
from xueji.students.identity_documents import holders, id_index
from xueji.students.models import Student, StudentQuerySet

DOCUMENT = re.compile(r"(?=[A-Z]*[0-9])[0-9A-Z]{7,19}")
NUMBER = re.compile(r"借?[0-9]{6,16}")
PERHAPS_A_NUMBER = re.compile(r"(?=[A-Z]*[0-9])[0-9A-Z]{7,}")


def search(students: StudentQuerySet, typed: str) -> StudentQuerySet:
    """Narrow ``students`` to those that ``typed`` may mean; everything when it is empty."""
    return students.filter(_meant(typed, _by_number)) if _clean(typed) else students


def as_number(typed: str) -> str:
    """What was typed in its one written form where it may be a number; else ""."""
    plain = idnumbers.normalise(_clean(typed))
    return plain if DOCUMENT.fullmatch(plain) or NUMBER.fullmatch(plain) else ""


def search_history(rows: QuerySet, typed: str) -> QuerySet:
    """The same for rows of the pupils' history: as each row has it, whatever was said later."""
    return rows.filter(_meant(typed, _by_number_then)) if _clean(typed) else rows


def _clean(typed: str) -> str:
    return clean_name(typed.replace("\0", ""))


def _meant(typed: str, by_number: Callable[[str], Q]) -> Q:
    text = _clean(typed)
    words = text.replace(MIDDLE_DOT, " ").split()
    letters = [pinyin.letters(word) for word in words]
    if words and all(letters):
        spelt = _by_letters(letters)
        # a capital or an accent may be of any word of a foreign name
        return spelt if words == letters else spelt | _by_characters("".join(words))
    if plain := as_number(text):
        return by_number(plain)
    return _by_characters("".join(words) or text)


def masked(typed: str) -> str:
    """What of a search may be written into the audit: numbers only masked, also among words."""
    plain = idnumbers.normalise(typed)
    hidden = PERHAPS_A_NUMBER.sub(lambda number: masking.mask_id(number[0]), plain)
    return typed.strip() if hidden == plain else hidden


def _by_letters(words: list[str]) -> Q:
    """Pinyin in full, its initials, or in two words one of each; surnames by any reading."""
    first, rest = words[0], "".join(words[1:])
    condition = _spelt(first, rest)
    for surname, letters in pinyin.otherwise(first if rest else "".join(words)):
        condition |= Q(name__startswith=surname) & _spelt(letters, rest)
    return condition


def _spelt(first: str, rest: str) -> Q:
    joined = first + rest
    condition = Q(name_initials__startswith=joined) | Q(name_full__startswith=joined)
    if rest:
        # ``cai yf`` and ``c yifan``; a surname written in full has one or two initials
        condition |= Q(name_full__startswith=first) & Q(
            name_initials__regex=f"^{first[0]}[a-z]?{rest}"
        )
        condition |= Q(name_initials__startswith=first) & Q(
            name_full__regex=f"^{first[0]}[a-z]*{rest}"
        )
    return condition


def _by_number(plain: str) -> Q:
    """A document or register number, the present, any earlier one, or of another register."""
    # asked first: inside the OR a subquery would be compared with every pupil in reach
    numbered = Student.objects.filter(events__number=plain).values_list("pk", flat=True)
    known = {*numbered.distinct(), *holders(plain), *foreign_numbers.holders(plain)}
    return Q(id_index=id_index(plain)) | Q(number=plain) | Q(pk__in=sorted(known))


def _by_number_then(plain: str) -> Q:
    return Q(id_index=id_index(plain)) | Q(number=plain)


def _by_characters(text: str) -> Q:
    """Names that contain ``text``, with or without the dots or blanks between their parts.

    The GIN index over single characters finds the candidates.
    """
    characters = list(dict.fromkeys(text))
    parted = f"[{MIDDLE_DOT} ]?".join(re.escape(character) for character in text)
    return Q(HasCharacters(F("name"), Value(characters)), name__regex=parted)


class HasCharacters(Func):
    """``string_to_array(name, NULL) @> characters``, as the index student_name_chars wants it."""

    template = "string_to_array(%(expressions)s::text[]"
    arg_joiner = ", NULL) @> "
    output_field = BooleanField()
    conditional = True
