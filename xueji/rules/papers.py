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
    "left_behind_proof": "留守儿童情况证明",
    "orphan_proof": "孤儿证明",
    "martyr_proof": "烈士或优抚证明",
    "disability_card": "残疾人证",
    "inclusion_proof": "随班就读认定材料",
    "home_taught_proof": "送教上门认定材料",
    "aid_request": "资助申请表",
    "subsidy_proof": "享受一补审批材料",
    "placement_opinion": "教育安置意见",
    "disability_diagnosis": "残疾诊断证明",
    "reform_decision": "专门学校入学决定",
    "four_seal_form": "盖齐四个章的转学表",
    "posting_order": "家长调令",
    "urban_household": "市区居民户口证明",
    "register_file": "学籍档案",
    "bureau_proof": "两地教育行政部门的证明或公章",
    "receiving_opinion": "接收学校签意见并盖章的转学证明表",
    "exam_result": "八年级会考地理、生物成绩证明",
    "transfer_certificate": "转学证明",
    "transfer_application": "转学申请表",
    "receiving_proof": "接收学校盖章的接收证明",
    "receiving_office_seal": "接收证明上的主管部门印章",
    "borrowing_letter": "原学校开具的借读证明信",
    "borrowing_proof": "借读学校开具的借读证明",
}
# of these the name alone tells of a pupil's health or disability
MEDICAL = frozenset(
    {"disability_card", "disability_diagnosis", "inclusion_proof", "hospital_proof"}
)

WAIVER = "waiver_proof"  # seen in place of one that cannot be had: asks to be let off the other

Group = tuple[str, ...]


def named(group: Iterable[str]) -> str:
    """A group as one reads it: 就业证明或营业执照."""
    return "或".join(PAPERS[code] for code in group)


def missing(demanded: Iterable[Group], held: Collection[str]) -> list[Group]:
    """The groups of which no paper was seen or waived, in the order demanded."""
    return [group for group in demanded if not any(code in held for code in group)]
