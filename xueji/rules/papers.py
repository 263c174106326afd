"""The papers that rule sets ask for by code: their names, and which are still missing.

A demand is a tuple of groups; of each group any one paper will do.
"""

from collections.abc import Collection, Iterable

PAPERS = {
    "household_book": "户口簿",
    "property_proof": "房产证明",
    "residence_permit": "暂住证",
    "job_proof": "就业证明",
    "business_licence": "营业执照",
    "hospital_proof": "县级以上医院证明",
    "household_proof": "户籍证明",
    "vaccination": "预防接种证",
    "waiver_proof": "免交材料的证明",
    "attendance_proof": "无身份证学生在校就读证明",
}

WAIVER = "waiver_proof"  # seen in place of one that cannot be had: asks to be let off the other

Group = tuple[str, ...]


def named(group: Iterable[str]) -> str:
    """A group as one reads it: 就业证明或营业执照."""
    return "或".join(PAPERS[code] for code in group)


def missing(demanded: Iterable[Group], held: Collection[str]) -> list[Group]:
    """The groups of which no paper was seen or waived, in the order demanded."""
    return [group for group in demanded if not any(code in held for code in group)]
