"""What stands beside the form: what is missing, wrong, remarkable and in order, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from enrollment import queries
from enrollment.forms import REASON, EntryForm
from enrollment.rules import cutoff, months_old, papers_key
from enrollment.services import doubles
from enrollment.services.check import Checked, Context, check_rows
from enrollment.services.doubles import Answer
from xueji.accounts.access import Acting
from xueji.cases.rules import says_why
from xueji.cases.services import requests_of
from xueji.identity import codes, idnumbers
from xueji.organisations.models import Division
from xueji.rules.clauses import cite
from xueji.rules.engine import Finding, Rules

SUM = "entry.ineligible"  # says again what the others found; told when somebody submits
PASSES = {
    "entry.underage": "年龄够入学",
    "entry.grade_age": "年龄与年级相符",
    "entry.catchment": "现住址在本校服务范围",
    "entry.two_unities": "两个统一",
    "entry.duplicate.exact": "证件号没有建过学籍",
    "entry.papers": "入学材料齐全",
    "entry.migrant": "本校可以登记随迁子女",
    "entry.migrant.papers": "随迁子女材料齐全",
}
ASK_WHERE = {"entry.catchment", "entry.migrant"}
FOR_MIGRANTS = {"entry.migrant", "entry.migrant.papers"}
FOR_RESIDENTS = {"entry.catchment", "entry.two_unities", "entry.papers"}


@dataclass(frozen=True)
class Judged:
    """One form with everything that was found about it."""

    form: EntryForm
    context: Context
    checked: Checked
    answer: Answer
    passes: Mapping[str, str]  # key → what is told where the rule found nothing


def judge(form: EntryForm, context: Context, acting: Acting) -> Judged:
    """Check what stands in the form, look for doubles included; writes nothing."""
    (checked,) = check_rows([form.row], context)
    return Judged(form, context, checked, doubles.answer(checked, context, acting), PASSES)


def aside(judged: Judged | None, *, is_submitted: bool = False) -> dict[str, object]:
    """Context of enrollment/_aside.html and of the parts that follow what is typed."""
    if judged is None:
        return {
            "left": None,
            "left_at": [],
            "judged": False,
            "derived": None,
            "warnings": [],
            "serving": None,
            "answer": Answer(),
        }
    form, checked = judged.form, judged.checked
    missing = [problem for problem in checked.errors if problem.code == "missing"]
    told = [finding for finding in checked.findings if is_submitted or finding.key != SUM]
    if {"hukou_text", "address_text"} & {problem.field for problem in missing}:
        told = [finding for finding in told if not finding.pending]
    if judged.answer.wait:
        told = [finding for finding in told if not _speaks_of_doubles(finding)]
    wrong = [problem for problem in checked.problems if problem.code != "missing"]
    _, unreasoned = requests_of(checked.warnings, form.reasons, judged.context.rules)
    blocks = sum(finding.effect == "block" and finding.key != SUM for finding in told)
    return {
        "judged": True,
        "missing": [(form[p.field].label, form[p.field].auto_id) for p in missing],
        "lines": [*wrong, *(_line(finding, judged) for finding in told), *_passes(judged)],
        "left": len(checked.errors) + blocks + len(unreasoned) + bool(judged.answer.wait),
        "answer": judged.answer,
        "warnings": _warnings(judged),
        "serving": _serving(judged, told),
        "derived": derived(judged),
        "summary": list(_summary(judged, told)) if is_submitted else [],
        "left_at": _left_at(judged, told),
    }


def _speaks_of_doubles(finding: Finding) -> bool:
    return finding.key.startswith(("entry.duplicate", "entry.transfer_required"))


def _line(finding: Finding, judged: Judged) -> dict[str, object]:
    """A finding that points to a field one can see; a warning has its remedies in group 6."""
    field = finding.field
    if finding.effect == "warn":
        is_asked = says_why(judged.form.reasons[finding.key], judged.context.rules)
        return {
            "effect": finding.effect,
            "field": f"{REASON}{finding.key}",
            "message": finding.message,
            "remedy": "已写明理由，由上级决定" if is_asked else "改正，或在「6 例外」写明理由",
            "citation": finding.citation,
        }
    if field == "birth_date" and not judged.form.shows_birth_date:
        field = "id_number"
    if field == "papers":
        groups = judged.form.papers(judged.context.rules)
        unseen = [group[0].name for group in groups if not any(p.value() for p in group)]
        field = unseen[0] if unseen else ""
    return {
        "effect": "missing" if finding.field == "papers" else finding.effect,
        "pending": finding.pending,
        "field": field,
        "message": finding.message,
        "remedy": finding.remedy,
        "citation": finding.citation,
    }


def _summary(judged: Judged, told: list[Finding]) -> Iterator[dict[str, str]]:
    """Everything that stops the submission, each with a link to its field."""
    form = judged.form
    lines: list[dict[str, object]] = [
        {"field": problem.field, "message": problem.message} for problem in judged.checked.errors
    ]
    lines += [_line(finding, judged) for finding in told if finding.effect == "block"]
    lines += [
        {"field": f"{REASON}{finding.key}", "message": finding.message}
        for finding in judged.checked.warnings
        if not says_why(form.reasons[finding.key], judged.context.rules)
    ]
    for line in lines:
        field = form[line["field"]] if line["field"] in form.fields else None
        shown = form[f"{field.name[:-4]}text"] if field and field.is_hidden else field
        yield {
            "anchor": shown.auto_id if shown else "",
            "label": str(shown.label) if shown else "",
            "message": str(line["message"]),
        }


def _left_at(judged: Judged, told: list[Finding]) -> list[tuple[str, str]]:
    """Label and anchor of the fields that stop the submission, each once."""
    places = {line["label"]: line["anchor"] for line in _summary(judged, told) if line["anchor"]}
    return list(places.items())


def _passes(judged: Judged) -> Iterator[dict[str, str]]:
    """What was judged and found in order, each with its clause."""
    checked, rules = judged.checked, judged.context.rules
    if checked.facts is None or judged.answer.wait:
        return
    found = {finding.key for finding in checked.findings}
    silent = FOR_RESIDENTS if checked.facts.migrant else FOR_MIGRANTS
    silent = silent | {"entry.grade_age" if checked.facts.grade == 1 else "entry.underage"}
    if not checked.values["id_number"]:
        silent = silent | {"entry.duplicate.exact"}
    for key, message in judged.passes.items():
        if rules.has(key) and key not in found | silent:
            places = (f"{clause.title}{clause.place}" for clause in rules.rule(key).clauses)
            citation = "；".join(dict.fromkeys(places)) or cite(key, ())
            yield {"effect": "pass", "message": message, "citation": citation}


def _warnings(judged: Judged) -> list[dict[str, Any]]:
    """Each warning once, with the field for the reason."""
    told: dict[str, dict[str, Any]] = {}
    for finding in judged.checked.warnings:
        line = told.setdefault(
            finding.key, {"messages": [], "field": judged.form[f"{REASON}{finding.key}"]}
        )
        line["messages"].append(finding.message)
        line |= {"remedy": finding.remedy, "citation": finding.citation}
    return list(told.values())


def _serving(judged: Judged, told: list[Finding]) -> queries.Serving | None:
    """The places and schools in question, where the home or the migrant child is not ours."""
    if not any(f.key in ASK_WHERE and f.effect in ("warn", "block") for f in told):
        return None
    school = judged.context.lineage.school
    return queries.serving(school, judged.checked.values["address_code"])


def derived(judged: Judged) -> dict[str, str] | None:
    """What the document number says: sex, birth, age on the day that counts, where issued."""
    values = judged.checked.values
    facts = idnumbers.facts(values.get("id_type", ""), values["id_number"])
    if facts is None:
        return None
    day = cutoff(judged.context.entry_year, judged.context.rules)
    months = months_old(facts.birth_date, day)
    enough = months >= 12 * judged.context.rules.value("entry.age")
    age = f"{months // 12} 岁 {months % 12} 个月，{'足龄' if enough else '不足龄'}"
    return {
        "sex": codes.SEX[facts.sex],
        "birth_date": facts.birth_date.isoformat(),
        "cutoff": f"{day.month} 月 {day.day} 日",
        "age": age if months >= 0 else "尚未出生",
        **_region(facts.region, judged.context),
    }


def _region(region: str, context: Context) -> dict[str, str]:
    """Where the number was issued, offered for the household register and never copied."""
    division = Division.objects.filter(pk=region.ljust(12, "0")).first()
    if division is None:
        return {"region": "", "fill": "", "fill_code": ""}
    if region == context.lineage.county.division_code[:6]:
        return {"region": division.name, "fill": f"{division.name} ", "fill_code": ""}
    return {"region": division.name, "fill": division.full_name, "fill_code": division.pk}


def demanded(form: EntryForm, rules: Rules) -> dict[str, object]:
    """Context of enrollment/_papers.html."""
    key = papers_key(migrant=bool(form["migrant"].value()))
    has = rules.has(key)
    return {
        "paper_groups": form.papers(rules),
        "waiver": form.waiver(rules),
        "papers_citation": cite(key, rules.rule(key).clauses) if has else "",
    }
