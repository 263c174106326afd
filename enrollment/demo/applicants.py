"""First-graders of this autumn as a clerk types them: rows of the form, with or without a snag."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from enrollment.demo import calendar, documents, further, names
from enrollment.demo.documents import ELSEWHERE, Documents
from enrollment.demo.organisations import Campus
from xueji.organisations.models import Division
from xueji.students import duplicates
from xueji.students.models import Student

Row = dict[str, str]
# The reasons given where a warning stands in the way.
REASONS = {
    "entry.catchment": "随父母租住在本校附近，原服务范围学校路远，已与该校说明。",
    "entry.two_unities": "户口随祖父母，监护人在本村居住多年，有村委会证明。",
    "entry.underage": "差数日满六周岁，家长坚持入学，请县里核定。",
    "entry.duplicate.near": "已核对双方户口簿，确是两个孩子，同名且同日出生。",
}
ILLNESS = {
    "late_reason": "health",
    "late_details": "术后休养，医院建议暂缓入学。",
    "paper_hospital_proof": "1",
}


@dataclass(frozen=True)
class Applicants:
    """Draws rows; ``snag`` says what is the matter with the child."""

    random: Random
    documents: Documents

    def row(self, campus: Campus, *, snag: str = "", school_class: str = "") -> Row:
        family = names.surname(self.random)
        sex = self.random.choice("12")
        name = names.child(self.random, family, sex, "01")
        born = self._born(snag)
        region = campus.lineage.county.division_code
        lives_at = self.random.choice(campus.villages)
        number, born = self.documents.id_number(region, born, sex)
        # in a large register a child of the same name and day is not far
        while duplicates.near(duplicates.Person(name=name, sex=sex, birth_date=born)):
            name = names.child(self.random, family, sex, "01")
        row = {
            "id_type": "1",
            "id_number": number,
            "name": name,
            "sex": sex,
            "birth_date": born.isoformat(),
            "nation": names.nation(self.random),
            "country": "CHN",
            "hukou_kind": "1",
            "boarding": "1",
            "entry_mode": "11",
            "school_class": school_class,
            **_place("hukou", lives_at),
            **_place("guardian_hukou", lives_at),
            **_place("address", lives_at, self._door()),
            **_place("birth_place", lives_at),
            **further.typed(
                Random(number),
                boarding="1",
                migrant=snag == "migrant",
                region=region[:6],
            ),
            **self._parents(family, born, region),
            "paper_household_book": "1",
            "paper_property_proof": "1",
        }
        return row | self._snag(snag, row)

    def _born(self, snag: str) -> date:
        oldest = date(calendar.THIS_YEAR - (9 if snag == "third_grade" else 7), 9, 1)
        if snag == "underage":
            return oldest + timedelta(days=366 + self.random.randrange(12))
        return oldest + timedelta(days=self.random.randrange(365))

    def _door(self) -> str:
        return f"{self.random.randrange(1, 12)} 组 {self.random.randrange(1, 90)} 号"

    def _parents(self, family: str, born: date, region: str) -> Row:
        row: Row = {}
        for prefix, relation, sex in (("m1", "1", "1"), ("m2", "2", "2")):
            birthday = born - timedelta(days=self.random.randrange(24 * 365, 36 * 365))
            number, _ = self.documents.id_number(region, birthday, sex)
            row |= {
                f"{prefix}_name": names.adult(self.random, sex, family if sex == "1" else ""),
                f"{prefix}_relation": relation,
                f"{prefix}_phone": documents.phone(self.random),
                f"{prefix}_guardian": "1" if sex == "1" else "",
                f"{prefix}_id_number": number,
            }
        return row | {"phone": row["m1_phone"]}

    def _snag(self, snag: str, row: Row) -> Row:
        if snag == "elsewhere":
            near = Division.objects.filter(level="village").exclude(pk=row["hukou_code"])
            return _place("address", self.random.choice(near.order_by("pk")[:50]), self._door())
        if snag == "migrant":
            code, name = ELSEWHERE[-1]
            home = Division(code=f"{code}000000", full_name=name)
            papers = dict.fromkeys(("paper_residence_permit", "paper_job_proof"), "1")
            moved = _place("hukou", home) | _place("guardian_hukou", home)
            return moved | papers | {"migrant": "1", "paper_property_proof": ""}
        if snag == "no_document":
            return {"id_type": "Z", "id_number": "", "no_id_reason": "出生医学证明遗失，正在补办"}
        if snag == "third_grade":
            why = "随父母在国外上学，今年回国，没有建立过学籍。"
            return {"into_grade": "3", "into_reason": why}
        if snag == "near":
            return self._double(row)
        if snag == "unfinished":
            return dict.fromkeys(("phone", "m1_phone", "m1_guardian", "paper_property_proof"), "")
        return {}

    def _double(self, row: Row) -> Row:
        """Named and born like somebody who has a register, with a document of another number."""
        other = Student.objects.filter(grade=1, id_type="1").order_by("pk").last()
        region = row["id_number"][:6]
        number, born = self.documents.id_number(region, other.birth_date, other.sex)
        return {
            "name": other.name,
            "sex": other.sex,
            "birth_date": born.isoformat(),
            "id_number": number,
        }


def _place(field: str, division: Division, door: str = "") -> Row:
    words = f"{division.full_name} {door}".strip()
    return {f"{field}_code": division.code, f"{field}_text": words}
