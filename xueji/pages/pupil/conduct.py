"""奖惩 of a pupil as its tab and its card show it: what stands, by whom, and what was undone."""

from dataclasses import dataclass
from datetime import datetime

from xueji.accounts.models import Post
from xueji.conduct.models import Conduct, Kind
from xueji.documents.models import Document
from xueji.organisations.queries import lineage
from xueji.pages.pupil import past
from xueji.pages.pupil.conduct_form import ConductForm, RevokeForm
from xueji.pages.pupil.scope import Scope
from xueji.rules.engine import Rules, rule_set

PROOF, REVOCATION = "proof", "revocation"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One reward or sanction; of an undone one ``why`` says the reason as it was signed."""

    entry: Conduct
    by: Post | None
    at: datetime | None
    why: str = ""
    revoking: RevokeForm | None = None  # the form that ends it, where this post may


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The tab; a post that may write finds the form."""

    lines: list[Line]
    undone: list[Line]
    form: ConductForm | None = None
    citation: str = ""

    @property
    def open_sanctions(self) -> int:
        return sum(
            line.entry.kind == Kind.SANCTION and not line.entry.revoked_on for line in self.lines
        )


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A form that was not taken, shown again: a new entry, or the end of the sanction ``pk``."""

    form: ConductForm | None = None
    revoking: RevokeForm | None = None
    pk: int = 0


def read(scope: Scope, sent: Sent) -> Shown:
    """What the tab shows, in a fixed number of queries."""
    entries = past.conduct(scope)
    signed = _signed(scope)
    in_force = rules_of(scope) if _may_write(scope) else None
    lines, undone = [], []
    for entry in entries:
        first, last = signed.get(entry.pk, (None, None))
        if entry.undone:
            why = last.history_change_reason if last else ""
            undone.append(Line(entry=entry, by=_post(last), at=_at(last), why=why or ""))
            continue
        form = None
        if in_force and entry.kind == Kind.SANCTION and not entry.revoked_on:
            is_sent = sent.pk == entry.pk and sent.revoking
            form = sent.revoking if is_sent else revoke_form(entry.pk, in_force)
        lines.append(Line(entry=entry, by=_post(first), at=_at(first), revoking=form))
    if in_force is None:
        return Shown(lines=lines, undone=undone)
    return Shown(
        lines=lines,
        undone=undone,
        form=sent.form or ConductForm(rules=in_force),
        citation=in_force.rule("conduct.proof").citation,
    )


def revoke_form(pk: int, rules: Rules, *typed) -> RevokeForm:
    """The form that ends the sanction ``pk``: each of the page has field names of its own."""
    return RevokeForm(*typed, rules=rules, prefix=f"r{pk}")


def standing(scope: Scope) -> list[Conduct]:
    """What the card prints: the first one first, without what was undone."""
    return [entry for entry in reversed(past.conduct(scope)) if not entry.undone]


def document(scope: Scope, pk: int, which: str) -> Document | None:
    """The scan that proves an entry, or its revocation; None once the entry is undone."""
    entry = next((one for one in past.conduct(scope) if one.pk == pk and not one.undone), None)
    if entry is None or not Conduct.objects.standing().filter(pk=pk).exists():
        return None
    key = {PROOF: entry.document_id, REVOCATION: entry.revoked_document_id}.get(which)
    return Document.objects.filter(key=key).first() if key else None


def rules_of(scope: Scope) -> Rules:
    """The rules of the pupil's school today."""
    return rule_set(lineage(scope.student.school_id).rule_set).at(scope.acting.today)


def _may_write(scope: Scope) -> bool:
    acting, school_id = scope.acting, scope.student.school_id
    if scope.is_past or not school_id or not acting.may("students.conduct"):
        return False
    return acting.acts_at(scope.student.school.organisation_id)


def _signed(scope: Scope) -> dict[int, tuple]:
    """The first and the last signature of every entry, in one query."""
    found: dict[int, tuple] = {}
    rows = scope.history(Conduct).select_related("history_post__user")
    for row in rows.order_by("history_date", "history_id"):
        first, _ = found.get(row.id, (row, row))
        found[row.id] = (first, row)
    return found


def _post(row) -> Post | None:
    return row.history_post if row else None


def _at(row) -> datetime | None:
    return row.history_date if row else None
