"""What a worker does about a roster."""

from reports import excel
from reports.models import RosterExport
from reports.queries import sources
from reports.services import rosters
from xueji.cases.kinds import Refused
from xueji.documents.services import BadFile
from xueji.jobs.leases import Lease
from xueji.jobs.models import Job
from xueji.jobs.registry import job
from xueji.jobs.services import JobFailed, acting
from xueji.pages import finding


@job(rosters.JOB, title="导出名册")
def fill(this: Job, lease: Lease) -> None:
    """Make the file as whoever asked may see the list now; interrupted, it begins anew."""
    by = acting(this)
    people = ("post__user", "post__organisation", "decided_by__user")
    export = RosterExport.objects.select_related(*people).get(pk=this.parameters["export"])
    query = finding.parsed(export.query)
    source = sources.find(by, query, finding.typed(query))
    try:
        excel.make(export, source, by, tell=lease.progress, effect=lease.effect)
    except (Refused, BadFile) as refusal:
        raise JobFailed(str(refusal)) from None
