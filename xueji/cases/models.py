"""Cases and their steps: whose turn it is, what was said, by which post."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from xueji.accounts.models import Role
from xueji.identity.classification import classified
from xueji.identity.fields import EncryptedJSONField
from xueji.organisations.models import Organisation, School, within


class State(models.TextChoices):
    DRAFT = "draft", "草稿"
    OPEN = "open", "办理中"
    RETURNED = "returned", "退回"
    DONE = "done", "已办结"
    REFUSED = "refused", "不同意"
    WITHDRAWN = "withdrawn", "已撤回"
    REVERSED = "reversed", "已撤销"


ALIVE = (State.OPEN, State.RETURNED)


class CaseQuerySet(models.QuerySet):
    def visible_to(self, post) -> "CaseQuerySet":
        """Cases of the schools in the post's reach and those with a step there; own drafts."""
        path = post.organisation.path
        steps = Step.objects.filter(case=OuterRef("pk")).filter(within(path, "organisation__path"))
        own = Q(opened_post__organisation=post.organisation_id, opened_post__role=post.role)
        return self.filter(within(path, "org_path") | Exists(steps), ~Q(state=State.DRAFT) | own)

    def waiting_for(self, post) -> "CaseQuerySet":
        """Open and returned cases whose next act is this post's."""
        return self.filter(state__in=ALIVE, waiting_at=post.organisation_id, waiting_role=post.role)


@classified(
    public="id kind number student school org_path opener opened_post opened_at state exclusive "
    "round rule_set rule_date rule_digest waiting_at waiting_role waiting_since due_on approved "
    "closed_at version",
    personal="title findings",
)
class Case(models.Model):
    """One piece of business about one pupil, from draft to the last signature.

    State changes go through ``cases.services`` alone; the allowed ones are ``cases.acts``.
    ``approved``: the step it waits for sends it back to who approved, it does not judge any more.
    """

    kind = models.CharField("业务", max_length=20)
    number = models.CharField("业务件编号", max_length=20, unique=True)
    title = models.CharField("事项", max_length=120, blank=True)
    student = models.ForeignKey("xueji.Student", models.PROTECT, null=True, related_name="cases")
    school = models.ForeignKey(School, models.PROTECT, related_name="cases", db_index=False)
    org_path = models.CharField(max_length=64, db_collation="C", editable=False)
    opener = models.ForeignKey("xueji.User", models.PROTECT, related_name="+")
    opened_post = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("提出时间")
    state = models.CharField("状态", max_length=10, choices=State)
    exclusive = models.BooleanField()
    round = models.PositiveSmallIntegerField("第几次提交", default=0)
    rule_set = models.CharField("依据的制度", max_length=30, blank=True)
    rule_date = models.DateField("依据的日期", null=True)
    rule_digest = models.CharField(max_length=64, blank=True)
    findings = EncryptedJSONField(purpose="case.findings", default=list)
    waiting_at = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    waiting_role = models.CharField("轮到", max_length=20, choices=Role, blank=True)
    waiting_since = models.DateTimeField("自", null=True)
    due_on = models.DateField("期限", null=True)
    approved = models.BooleanField("已核准", default=False)
    closed_at = models.DateTimeField("办结时间", null=True)
    version = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student"],
                condition=Q(exclusive=True, state__in=ALIVE),
                name="case_one_exclusive_per_student",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT)
                | Q(student__isnull=False)
                | Q(state=State.WITHDRAWN),
                name="case_beyond_draft_names_a_student",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ALIVE, waiting_at__isnull=False)
                | (~Q(state__in=ALIVE) & Q(waiting_at__isnull=True)),
                name="case_alive_waits_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approved=False) | Q(state=State.OPEN),
                name="case_approved_is_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["waiting_at", "waiting_role", "due_on", "id"],
                condition=Q(state__in=ALIVE),
                name="case_inbox",
            ),
            models.Index(fields=["org_path", "state", "due_on", "id"], name="case_path_state"),
            # in order of the lists for offices that reach many schools
            models.Index(
                fields=["due_on", "id", "org_path"],
                condition=Q(state__in=ALIVE),
                name="case_alive_due",
            ),
            models.Index(
                fields=["closed_at", "id", "org_path"],
                condition=Q(closed_at__isnull=False),
                name="case_closed",
            ),
            models.Index(fields=["school", "org_path"], name="case_school_path"),
            # what the desk counts, without a look at the cases
            models.Index(
                fields=["org_path", "due_on"],
                include=["waiting_at", "waiting_role", "waiting_since", "kind"],
                condition=Q(state__in=ALIVE),
                name="case_alive_figures",
            ),
            # how long all that a province reaches has waited, and who there is late
            models.Index(
                fields=["waiting_since", "org_path"],
                condition=Q(state__in=ALIVE),
                name="case_alive_since",
            ),
            models.Index(
                fields=["due_on", "org_path", "waiting_at", "waiting_role", "kind"],
                condition=Q(state__in=ALIVE),
                name="case_alive_late",
            ),
            models.Index(
                fields=["id"],
                include=["waiting_at"],
                condition=Q(approved=True),
                name="case_approved",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def warnings(self) -> list[dict]:
        """What was told when it was submitted and is passed only as an exception."""
        return [finding for finding in self.findings if finding["effect"] in ("warn", "block")]

    @property
    def unproven(self) -> list[dict]:
        """What the facts did not suffice to judge (待核): left to whoever decides."""
        return [finding for finding in self.findings if finding.get("pending")]


class Decision(models.TextChoices):
    SUBMITTED = "submitted", "提交"
    AGREED = "agreed", "同意"
    RETURNED = "returned", "退回补正"
    REFUSED = "refused", "不同意"
    WITHDRAWN = "withdrawn", "撤回"
    LAPSED = "lapsed", "逾期失效"
    CLOSED = "closed", "上级关闭"
    REVERSED = "reversed", "撤销"


@classified(
    public="id case round position organisation role due_on days returns_to decision decided_by "
    "decided_post decided_at",
    personal="note",
)
class Step(models.Model):
    """One signature of a case, asked for or given. Given ones are never changed.

    ``days`` is the clock of this step in working days: 0 goes on with that of the step before,
    empty is the rule set's. ``returns_to``: the position to which this step returns the case,
    else the maker.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps", db_index=False)
    round = models.PositiveSmallIntegerField("第几次提交")
    position = models.PositiveSmallIntegerField("次序")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    role = models.CharField("岗位", max_length=20, choices=Role)
    due_on = models.DateField("期限", null=True)
    days = models.PositiveSmallIntegerField("期限工作日", null=True)
    returns_to = models.PositiveSmallIntegerField("退回到", null=True)
    decision = models.CharField("决定", max_length=12, choices=Decision, null=True)
    note = models.CharField("意见", max_length=500, blank=True)
    # the index below answers for both
    decided_by = models.ForeignKey(
        "xueji.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_post = models.ForeignKey(
        "xueji.Post", models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField("时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round", "position"], name="step_position_unique"
            ),
            models.CheckConstraint(
                condition=Q(decision__isnull=True, decided_at__isnull=True)
                | Q(decision__isnull=False, decided_at__isnull=False),
                name="step_decision_has_a_time",
            ),
        ]
        indexes = [
            # what a person signed last, under a post
            models.Index(
                fields=["decided_by", "decided_post", "decided_at", "id"],
                condition=Q(decided_by__isnull=False),
                name="step_signed",
            ),
        ]
        ordering = ["round", "position"]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.round}.{self.position}"


@classified(public="case saved_at version", sensitive="values")
class CaseForm(models.Model):
    """What was typed, encrypted; kept while the case can still be edited."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="form")
    values = EncryptedJSONField(purpose="case.form", default=dict)
    saved_at = models.DateTimeField("保存时间")
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.case_id)


@classified(public="id case kind seen_by seen_at document", personal="number")
class Paper(models.Model):
    """A paper shown for a case: who saw the original, and the scan if there is one."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="papers", db_index=False)
    kind = models.CharField("材料", max_length=30)
    number = models.CharField("编号", max_length=60, blank=True)
    seen_by = models.ForeignKey("xueji.Post", models.PROTECT, null=True, related_name="+")
    seen_at = models.DateTimeField("看过原件", null=True)
    document = models.ForeignKey("xueji.Document", models.PROTECT, null=True, related_name="papers")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "kind"], name="paper_kind_unique"),
        ]

    def __str__(self) -> str:
        return self.kind


@classified(public="id step rule citation", personal="message reason")
class RuleException(models.Model):
    """A request to pass a warning; the step it hangs on decides it with its signature."""

    step = models.ForeignKey(Step, models.PROTECT, related_name="exceptions")
    rule = models.CharField("规则", max_length=60)
    message = models.CharField("提醒", max_length=300)
    citation = models.CharField("依据", max_length=300)
    reason = models.CharField("理由", max_length=300)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.rule
