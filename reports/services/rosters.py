"""A roster is asked for, agreed to where need be, and filled once, complete or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from reports import rules
from reports.models import ExportState, RosterExport
from reports.queries import exports
from reports.queries.sources import Source
from xueji.accounts.access import Acting
from xueji.accounts.models import LEVEL_OF_ROLE, User
from xueji.cases.kinds import Refused
from xueji.documents import services as documents
from xueji.jobs.services import enqueue
from xueji.organisations.models import Organisation

JOB = "roster"
MOST_ROWS = 1_000_000
EMPTY = "名单上没有学生，没有导出。请改一改条件再试。"
TOO_MANY = (
    f"名单有 {{rows}} 名，超过一个文件的上限 {MOST_ROWS} 名；导出要么完整，要么不做。"
    "请按县、学校或年级筛选，分几次导出。"
)
MASKED_ONLY = "已经离开本校的学生不导出完整号码。请去掉「完整号码」再导出。"
GROWN = (
    "核准以后名单多了人（核准 {rows} 名，现在 {now} 名），多出来的没有人核准，没有导出。"
    "请重新提出。"
)
DECIDED = "这份名册已经由别人决定，没有再记一次。"
NO_REASON = "不同意要写明理由，提出的人才知道怎么改。"


class AlreadyDecided(Exception):
    """Somebody else has decided on the roster meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a person wants of a list."""

    columns: Sequence[str]
    sort: str
    title: str
    format: str
    whole: bool
    purpose: str
    query: str  # the address of the list


def waits_for(acting: Acting, *, rows: int, whole: bool) -> tuple[str, Organisation] | None:
    """The post that must agree to so many rows, and its office; None where nobody has to."""
    taken = exports.taken_today(acting) if whole else 0
    if not whole or not rules.needs_second_person(acting.rules, rows=rows, taken_today=taken):
        return None
    role = rules.second_person(acting.rules, acting.post.role)
    line = Organisation.objects.above(acting.post.organisation.path)
    return role, line.get(level=LEVEL_OF_ROLE[role])


@transaction.atomic
def ask(*, source: Source, asked: Asked, acting: Acting) -> RosterExport:
    """Keep what is wanted. It waits for a second person, for its job, or for being filled at once.

    Raises Refused when the list is empty, too long, or may not have whole numbers.
    """
    if not acting.may("reports.export"):
        raise PermissionDenied("reports.export")
    # several requests at once of one person are counted one after the other
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=acting.user.pk)
    rows = source.count()
    if not rows:
        raise Refused(EMPTY)
    if rows > MOST_ROWS:
        raise Refused(TOO_MANY.format(rows=rows))
    if asked.whole and not source.may_be_whole:
        raise Refused(MASKED_ONLY)
    second = waits_for(acting, rows=rows, whole=asked.whole)
    export = RosterExport.objects.create(
        post=acting.post,
        asked_at=acting.at,
        source=source.name,
        query=asked.query,
        words=" · ".join(source.words)[:200],
        title=asked.title,
        columns=list(asked.columns),
        sort=asked.sort,
        format=asked.format,
        whole=asked.whole,
        purpose=asked.purpose,
        rows=rows,
        state=ExportState.WAITING if second else ExportState.MAKING,
        approver_role=second[0] if second else "",
        approver_at=second[1] if second else None,
    )
    if not second and rows > settings.EXPORT_JOB_ROWS:
        _queue(export)
    return export


@transaction.atomic
def decide(*, export_id: int, agreed: bool, note: str, acting: Acting) -> RosterExport:
    """The second person's word; with a yes the file is made for whoever asked."""
    export = (
        RosterExport.objects.select_for_update(of=("self",))
        .select_related("post")
        .get(pk=export_id)
    )
    role, office = export.approver_role, export.approver_at_id
    if acting.post.role != role or not acting.acts_at(office) or not acting.may("reports.approve"):
        raise PermissionDenied("reports.approve")
    if acting.user.pk == export.post.user_id:
        raise PermissionDenied("reports.approve of one's own")
    if export.state != ExportState.WAITING:
        raise AlreadyDecided
    if not agreed and not note.strip():
        raise Refused(NO_REASON)
    export.state = ExportState.MAKING if agreed else ExportState.REFUSED
    export.decided_by, export.decided_at, export.note = acting.post, acting.at, note.strip()
    export.save(update_fields=["state", "decided_by", "decided_at", "note"])
    if agreed:
        _queue(export)
    return export


def _queue(export: RosterExport) -> None:
    export.job = enqueue(
        kind=JOB, key=f"{JOB}:{export.pk}", parameters={"export": export.pk}, post=export.post
    )
    export.save(update_fields=["job"])


@transaction.atomic
def fill(
    *,
    export: RosterExport,
    kept: documents.Kept,
    students: Sequence[int],
    name: str,
    content_type: str,
    acting: Acting,
) -> None:
    """The file is there: it can be fetched by whoever asked until it expires."""
    if export.whole and len(students) > export.rows:
        raise Refused(GROWN.format(rows=export.rows, now=len(students)))
    days = timedelta(days=settings.EXPORT_DAYS)
    export.document = documents.keep_written(
        kept,
        name=name,
        content_type=content_type,
        post=export.post,
        at=acting.at,
        expires_on=acting.today + days,
    )
    export.students, export.state = list(students), ExportState.READY
    export.save(update_fields=["document", "students", "state"])
