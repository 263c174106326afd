"""Ticking the papers of a case whose originals were seen."""

from collections.abc import Collection

from xueji.accounts.access import Acting
from xueji.cases.models import Case, Paper


def write_papers(case: Case, seen: Collection[str], acting: Acting) -> None:
    """Tick exactly these; scans of ticked ones stay."""
    case.papers.filter(document__isnull=True).exclude(kind__in=seen).delete()
    Paper.objects.bulk_create(
        [
            Paper(case=case, kind=kind, seen_by=acting.post, seen_at=acting.at)
            for kind in sorted(seen)
        ],
        update_conflicts=True,
        unique_fields=["case", "kind"],
        update_fields=["seen_by", "seen_at"],
    )
