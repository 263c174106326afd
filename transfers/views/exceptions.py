"""What both forms do with findings: each beside its field, a warning with a reason to be typed."""

from collections.abc import Iterable, Sequence

from transfers.forms import EXCEPTION, AskingForm
from transfers.services import Rejected
from xueji.rules.engine import Finding, Rules
from xueji.rules.inheritance import DECIDERS
from xueji.rules.papers import PAPERS


def kept_warnings(names: Iterable[str], rules: Rules, group: str = "transfer") -> list[Finding]:
    """Empty findings of the rules whose exceptions were asked for, to keep their fields."""
    keys = [name.removeprefix(EXCEPTION) for name in names if name.startswith(EXCEPTION)]
    return [
        rules.finding(key, field="", message="", remedy="")
        for key in keys
        if key.startswith(f"{group}.") and rules.has(key) and rules.rule(key).effect
    ]


def tell(form: AskingForm, rejected: Rejected) -> Sequence[Finding]:
    """Put what stands against it at the fields; return the warnings."""
    warnings = [found for found in rejected.findings if found.effect == "warn"]
    if rejected.papers and any(found.field == "papers" for found in rejected.findings):
        form.offer_papers((code, PAPERS[code]) for code in rejected.papers)
    form.ask_exceptions(warnings)
    for finding in rejected.findings:
        if finding.effect == "block":
            told = f"{finding.message}。{finding.remedy}（{finding.citation}）。"
            name = finding.field if finding.field in form.fields else None
            form.add_error(name, told)
    for finding in rejected.unreasoned:
        told = f"{finding.message}。请写明为什么可以例外，由{DECIDERS[finding.grant]}决定。"
        form.add_error(EXCEPTION + finding.key, told)
    return warnings
