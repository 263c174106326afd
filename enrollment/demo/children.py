"""Invented children with their families, as the register's columns hold them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from enrollment.demo import documents, further, names
from enrollment.demo.documents import ELSEWHERE, Documents
from enrollment.demo.tables import NULL, sealed, text
from xueji.organisations.models import Division
from xueji.students.identity_documents import id_index
from xueji.students.models import RegisterType

BOYS = 0.525
TWINS = 0.007
WITHOUT_DOCUMENT = 0.003
MIGRANTS = 0.08
LIVES_ELSEWHERE = 0.1
RAISED_BY_GRANDMOTHER = 0.08
OLDER = 0.02
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Child:
    """A child: the columns of pupil and sheet, ready for COPY, and those of the family."""

    student: Row
    sheet: Row
    family: list[Row]
    sex: str
    register_type: str
    disabled: bool


@dataclass(slots=True)
class _Home:
    """What twins share."""

    primary_year: int
    surname: str
    nation: str
    born: date
    migrant: bool
    region: str
    columns: Row
    parents: list[tuple[str, str, str, str]]  # relation, name, telephone, ID number


class Children:
    """Draws the children of one school; what is drawn follows from the seed alone."""

    def __init__(
        self,
        random: Random,
        documents: Documents,
        *,
        region: str,
        villages: Sequence[Division],
        takes_migrants: bool,
        migrants_are: str,
        hard: Iterator[tuple[str, str, str] | None],
    ) -> None:
        self._random, self._documents, self._hard = random, documents, hard
        self._region, self._takes_migrants = region, takes_migrants
        self._migrants_are = migrants_are
        self._villages = [(village.code, village.full_name) for village in villages]
        self._twin_of: _Home | None = None

    def draw(self, primary_year: int) -> Child:
        """A child who was of age for grade 1 in that year."""
        random = self._random
        if self._twin_of and self._twin_of.primary_year == primary_year:
            home, self._twin_of = self._twin_of, None
            return self._child(home)
        home = self._home(primary_year)
        if random.random() < TWINS:
            self._twin_of = home
        return self._child(home)

    def _home(self, primary_year: int) -> _Home:
        random = self._random
        born = date(primary_year - 7, 9, 1) + timedelta(days=random.randrange(365))
        if random.random() < OLDER:
            born -= timedelta(days=random.randrange(1, 300))
        migrant = self._takes_migrants and random.random() < MIGRANTS
        region, origin = random.choice(ELSEWHERE[3:]) if migrant else (self._region, "")
        surname = names.surname(random)
        code, village = random.choice(self._villages)
        lives_at = (code, village)
        if not migrant and random.random() < LIVES_ELSEWHERE:
            lives_at = random.choice(self._villages)
        parents = self._parents(surname, born, region)
        door = f" {random.randrange(1, 12)} 组 {random.randrange(1, 90)} 号"
        hukou_code, hukou = (f"{region}000000", origin) if migrant else (code, village)
        columns = {
            "hukou_kind": "1" if random.random() < 0.8 else "2",
            "hukou_code": hukou_code,
            "hukou_text": hukou,
            "address_code": lives_at[0],
            "address_text": lives_at[1] + door,
            "phone": sealed("student.phone", parents[0][2]),
            "boarding": "1" if random.random() < 0.96 else "2",
            "entry_mode": "11",
            "migrant": text(migrant),
        }
        nation = names.nation(random)
        return _Home(primary_year, surname, nation, born, migrant, region, columns, parents)

    def _parents(self, surname: str, born: date, region: str) -> list[tuple[str, str, str, str]]:
        random, found = self._random, []
        for relation, sex, family in (("1", "1", surname), ("2", "2", "")):
            birthday = born - timedelta(days=random.randrange(23 * 365, 38 * 365))
            where = region if random.random() < 0.85 else random.choice(ELSEWHERE)[0]
            number, _ = self._documents.id_number(where, birthday, sex)
            name = names.adult(random, sex, family)
            found.append((relation, name, documents.phone(random), number))
        if random.random() < RAISED_BY_GRANDMOTHER:
            birthday = born - timedelta(days=random.randrange(50 * 365, 68 * 365))
            number, _ = self._documents.id_number(region, birthday, "2")
            return [("62", names.adult(random, "2"), documents.phone(random), number), found[0]]
        return found[: 1 if random.random() < 0.06 else 2]

    def _child(self, home: _Home) -> Child:
        random = self._random
        hard = next(self._hard, None)
        if hard:
            name, sex, nation = hard
        else:
            sex = "1" if random.random() < BOYS else "2"
            nation = home.nation
            name = names.child(random, home.surname, sex, nation)
        number, born = self._documents.id_number(home.region, home.born, sex)
        initials, full, order, by_strokes = names.keys(name)
        student = home.columns | {
            "name": name,
            "name_initials": initials,
            "name_full": full,
            "name_order": order,
            "name_strokes": by_strokes,
            "sex": sex,
            "birth_date": born.isoformat(),
            "nation": nation,
            "country": "CHN",
            "id_type": "1",
            "no_id_reason": "",
        }
        if random.random() < WITHOUT_DOCUMENT:
            student |= {"id_type": "Z", "id_number": NULL, "id_index": NULL}
            student["no_id_reason"] = "户口登记正在补办"
        else:
            student["id_number"] = sealed("student.id_number", number)
            student["id_index"] = text(id_index(number))
        register = self._migrants_are if home.migrant else RegisterType.REGULAR
        own = Random(number)  # the further items are by a chance of the child's own
        typed = further.typed(
            own, boarding=home.columns["boarding"], migrant=home.migrant, region=self._region
        )
        sheet = self._sheet(home, own, typed, born)
        disabled = typed["disability"] != "0"
        return Child(student, sheet, self._family(home), sex, str(register), disabled)

    def _sheet(self, home: _Home, random: Random, typed: Row, born: date) -> Row:
        columns = home.columns
        place = columns["hukou_code"], columns["hukou_text"]
        return further.columns(random, typed, born, place, columns["address_text"])

    def _family(self, home: _Home) -> list[Row]:
        address = home.columns["address_code"], home.columns["address_text"]
        guardian = 1 if len(home.parents) > 1 and self._random.random() < 0.35 else 0
        return [
            {
                "position": str(place + 1),
                "name": name,
                "relation": relation,
                "phone": sealed("family.phone", phone),
                "is_guardian": text(place == guardian),
                "id_type": "1",
                "id_number": sealed("family.id_number", number),
                "hukou_code": home.columns["hukou_code"],
                "hukou_text": home.columns["hukou_text"],
                **further.member(Random(number), home.nation, address),
            }
            for place, (relation, name, phone, number) in enumerate(home.parents)
        ]
