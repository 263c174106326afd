"""The cases by which first-graders came into the register, with every signature, as rows."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from random import Random

from enrollment.demo import calendar
from enrollment.demo.accounts import Staff
from enrollment.demo.cohorts import Cohort
from enrollment.demo.organisations import Campus
from enrollment.demo.tables import Table
from enrollment.kind import ENROLLMENT
from enrollment.models import Enrollment
from enrollment.rules import papers_demanded, route_key
from xueji.accounts.models import Post
from xueji.cases.models import Case, Decision, Paper, State, Step
from xueji.organisations.models import Level, StageName
from xueji.rules.engine import Rules, rule_set

CASE = (
    "id number title student_id school_id org_path opener_id opened_post_id opened_at rule_set "
    "rule_date rule_digest closed_at version"
)
STEP = (
    "case_id position organisation_id role decision note decided_by_id decided_post_id decided_at"
)
ENTRY = "case_id entry_year stage grade school_class_id register_type entry_on"
PAPER = "case_id kind seen_by_id seen_at"
HOURS = ((8, 11), (11, 13), (14, 16), (16, 18))  # clerk, then each signer in turn


class Cases:
    """Writes done cases of first-graders, one pupil at a time."""

    def __init__(self, staff: Staff, ids: Iterator[int]) -> None:
        self._staff, self._ids = staff, ids
        self._posts: dict[int, list[Post]] = {}
        self.case = Table(
            Case,
            CASE,
            kind=ENROLLMENT.name,
            state=State.DONE,
            exclusive=ENROLLMENT.exclusive,
            round=1,
        )
        self.step = Table(Step, STEP, round=1)
        self.entry = Table(Enrollment, ENTRY)
        self.paper = Table(Paper, PAPER)

    def tables(self) -> list[Table]:
        return [self.case, self.step, self.entry, self.paper]

    def moments(self, campus: Campus, year: int, random: Random) -> list[datetime]:
        """When the clerk submitted and each post of the route signed, in order."""
        day = calendar.working_day(calendar.entry_opens(year), random.randrange(8))
        found = []
        for start, end in HOURS[: len(self.posts(campus))]:
            found.append(calendar.office_hour(random, day, start, end))
            day = calendar.working_day(day, random.choice((0, 1, 1, 2)))
        return found

    def posts(self, campus: Campus) -> list[Post]:
        """The clerk and the posts that sign, by the rules of the school."""
        if campus.pk not in self._posts:
            lineage = campus.lineage
            authority = lineage.authority(StageName.PRIMARY)
            offices = {
                "school": lineage.school.organisation,
                "authority": authority,
                "centre": lineage.at(Level.CENTRE),
                "county": lineage.county,
            }
            rules = _rules(lineage.rule_set, calendar.THIS_YEAR)
            steps = rules.value(route_key(Level(authority.level).name.lower()))
            self._posts[campus.pk] = [
                self._staff.post(offices[step["at"]], step["role"]) for step in steps
            ]
        return self._posts[campus.pk]

    def write(
        self,
        cohort: Cohort,
        student: dict[str, str],
        *,
        moments: Sequence[datetime],
        school_class: str,
    ) -> str:
        """The whole case of one pupil; return its id."""
        campus, pk = cohort.campus, str(next(self._ids))
        lineage, posts = campus.lineage, self.posts(campus)
        rules, clerk = _rules(lineage.rule_set, cohort.entry_year), posts[0]
        self.case.add(
            {
                "id": pk,
                "number": f"{cohort.entry_year}-{int(pk):06d}",
                "title": student["name"],
                "student_id": student["id"],
                "school_id": str(campus.pk),
                "org_path": lineage.school.organisation.path,
                "opener_id": str(clerk.user_id),
                "opened_post_id": str(clerk.pk),
                "opened_at": moments[0].isoformat(),
                "rule_set": rules.name,
                "rule_date": moments[0].date().isoformat(),
                "rule_digest": rules.digest,
                "closed_at": moments[-1].isoformat(),
                "version": str(1 + len(moments)),
            }
        )
        for position, (post, moment) in enumerate(zip(posts, moments, strict=True)):
            decision = Decision.AGREED if position else Decision.SUBMITTED
            self.step.add(_step(pk, position, post, decision, moment))
        self.entry.add(
            {
                "case_id": pk,
                "entry_year": str(cohort.entry_year),
                "stage": str(cohort.stage),
                "grade": str(cohort.first_grade),
                "school_class_id": school_class,
                "register_type": student["register_type"],
                "entry_on": calendar.lessons_begin(cohort.entry_year).isoformat(),
            }
        )
        for kind, *_ in papers_demanded(migrant=student["migrant"] == "t", rules=rules):
            self.paper.add(
                {
                    "case_id": pk,
                    "kind": kind,
                    "seen_by_id": str(clerk.pk),
                    "seen_at": moments[0].isoformat(),
                }
            )
        return pk


def _step(case: str, position: int, post: Post, decision: str, moment: datetime) -> dict[str, str]:
    return {
        "case_id": case,
        "position": str(position),
        "organisation_id": str(post.organisation_id),
        "role": str(post.role),
        "decision": str(decision),
        "note": "同意" if decision == Decision.AGREED else "",
        "decided_by_id": str(post.user_id),
        "decided_post_id": str(post.pk),
        "decided_at": moment.isoformat(),
    }


@cache
def _rules(name: str, year: int) -> Rules:
    """The rules on the first day of a year's entry; they hold for the whole of it."""
    return rule_set(name).at(calendar.entry_opens(year))
