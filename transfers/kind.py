"""What the kernel calls on the last yes, on undo and to show a transfer."""

from django.urls import reverse as url

from transfers import queries
from transfers.models import Transfer
from transfers.services.finish import apply
from transfers.services.paper_file import may_receive, may_send
from transfers.services.receipt import may_record
from transfers.services.undo import reverse
from xueji.accounts.access import Acting
from xueji.accounts.models import Role
from xueji.cases.alike import Alike, compare
from xueji.cases.kinds import Kind
from xueji.cases.models import ALIVE, Case, Step
from xueji.cases.queries import steps_of


def panel(case: Case, acting: Acting) -> tuple[str, dict[str, object]]:
    """To who reaches the pupil's register."""
    if case.student is None:
        return "transfers/_draft.html", {}
    return "transfers/_facts.html", {**_facts(case, acting), "pupil": case.student}


def outside(case: Case, acting: Acting) -> tuple[str, dict[str, object]]:
    """To another party: who comes, while the case goes on; afterwards what the case says."""
    facts = _facts(case, acting)
    shown = case.student if case.state in ALIVE and not facts["is_hidden"] else None
    return "transfers/_facts.html", {**facts, "pupil": shown}


def _facts(case: Case, acting: Acting) -> dict[str, object]:
    row = queries.of_case(case)
    steps = steps_of([case.pk])[case.pk]
    alike = compare(case, acting) if _looks_like_another(case) else Alike()
    return {
        "transfer": row,
        "alike": alike,
        "named": [other.student.pk for other in alike.named],
        "is_hidden": queries.is_hidden(row, steps, acting),
        "is_certified": queries.is_certified(row, steps),
        "may_record_receipt": may_record(row, acting),
        "paper_file": getattr(row, "paper_file", None),
        "file_act": _file_act(row, acting),
        "may_print": acting.may("transfers.print"),
    }


def _looks_like_another(case: Case) -> bool:
    return any(found["key"] == "transfer.duplicate" for found in case.findings)


def _file_act(row: Transfer, acting: Acting) -> str:
    """What this post may record of the paper file."""
    if may_send(row, acting):
        return "登记转出纸质材料"
    return "登记收到纸质材料" if may_receive(row, acting) else ""


def turn_url(case: Case, step: Step) -> str:
    """A clerk's step has a page of its own: at the placement the class is chosen there."""
    return url("transfer_turn", args=[case.number]) if step.role == Role.CLERK else ""


TRANSFER = Kind(
    name="transfer",
    label="转学",
    letter="转",
    exclusive=True,
    apply=apply,
    reverse=reverse,
    then="转到系统内学校的，学籍已转到转入学校，接下来分班、编号；转往系统以外的，等接收学校的回执。",
    undo="撤销转学",
    undo_help="办错学校、办错学生时由核准的单位撤销。学籍退回原学校原班，"
    "新编的号停用，原学籍号恢复。",
    edit_url="transfer_edit",
    panel=panel,
    outside=outside,
    turn_url=turn_url,
)
