"""What of a built register may be edited, and while it is in which state. Pure: no queries."""

from collections.abc import Iterator
from dataclasses import dataclass

from xueji.rules.engine import Finding, Rules, judges
from xueji.students import sheet
from xueji.students.models import Status, Student

Findings = Iterator[Finding]
WAY = (
    "由学校学籍管理员备好相关证明材料照片，报教育局核办，核办后重新查重和身份比对。"
    "网上的关键信息变更还没有开通，请先把材料报教育局"
)


@dataclass(frozen=True, kw_only=True)
class EditFacts:
    """The keys of the sheet's items that are to be changed in a register that was approved."""

    changed: frozenset[str]


@judges("keydata.fields")
def key_data(facts: EditFacts, rules: Rules) -> Findings:
    for key, label in _named(rules.value("keydata.fields"), facts):
        yield rules.finding(
            "keydata.fields",
            field=key,
            message=f"{label}是关键信息，建籍以后不能直接修改",
            remedy=WAY,
        )


@judges("keydata.dependent")
def dependent(facts: EditFacts, rules: Rules) -> Findings:
    """What a resident's number says would contradict it."""
    for key, label in _named(rules.value("keydata.dependent"), facts):
        yield rules.finding(
            "keydata.dependent",
            field=key,
            message=f"{label}与关键信息一起核办，建籍以后不能直接修改",
            remedy=WAY,
        )


def _named(keys: tuple[str, ...], facts: EditFacts) -> Iterator[tuple[str, str]]:
    labels = {item.key: item.label for item in sheet.items()}
    return ((key, labels[key]) for key in keys if key in facts.changed)


def is_taught(student: Student) -> bool:
    """Whether there are lessons whose place can change, at school or at home."""
    return student.status == Status.ENROLLED


def migrant_decides(rules: Rules) -> bool:
    """Whether the kind of register hangs on 随迁子女, so that it is no item to be edited."""
    ordinary = rules.value("entry.register_type")
    return bool(rules.value("entry.migrant")["register_type"] != ordinary)
