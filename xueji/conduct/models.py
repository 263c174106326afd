"""Rewards and sanctions of pupils (奖惩), each with its proof; nothing recorded is ever deleted."""

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from xueji.audit.models import SignedHistory
from xueji.identity.classification import classified
from xueji.students.models import Student


class Kind(models.TextChoices):
    REWARD = "reward", "奖励"
    SANCTION = "sanction", "处分"


class ConductQuerySet(models.QuerySet):
    def standing(self) -> "ConductQuerySet":
        """What was not undone as a mistake."""
        return self.filter(undone=False)


@classified(
    public="id student undone",
    sensitive="kind level name text unit paper_number given_on document revoked_on "
    "revoked_number revoked_document",
)
class Conduct(models.Model):
    """One reward or sanction. Written by ``conduct.services`` alone.

    ``level`` and ``name`` are words of the rule set on the day of recording and stay when the set
    changes. A revoked sanction was in force; an undone entry never was.
    """

    student = models.ForeignKey(Student, models.PROTECT, related_name="conduct")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    level = models.CharField("级别", max_length=20)
    name = models.CharField("名称", max_length=30)
    text = models.CharField("具体名称", max_length=60, blank=True)
    unit = models.CharField("决定单位", max_length=60)
    paper_number = models.CharField("文号", max_length=60, blank=True)
    given_on = models.DateField("日期")
    document = models.OneToOneField(
        "xueji.Document", models.PROTECT, null=True, related_name="+", verbose_name="证明材料"
    )
    revoked_on = models.DateField("撤销日期", null=True)
    revoked_number = models.CharField("撤销文号", max_length=60, blank=True)
    revoked_document = models.OneToOneField(
        "xueji.Document", models.PROTECT, null=True, related_name="+", verbose_name="撤销证明"
    )
    undone = models.BooleanField("作废", default=False)

    objects = ConductQuerySet.as_manager()
    history = HistoricalRecords(bases=[SignedHistory], no_db_index=["document", "revoked_document"])

    class Meta:
        ordering = ["-given_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_on__isnull=True)
                | Q(kind=Kind.SANCTION, revoked_on__gte=F("given_on")),
                name="conduct_only_a_sanction_is_revoked",
            ),
            models.CheckConstraint(
                condition=Q(revoked_on__isnull=False)
                | Q(revoked_number="", revoked_document__isnull=True),
                name="conduct_revocation_is_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["student", "given_on"],
                condition=Q(kind=Kind.SANCTION, undone=False),
                name="conduct_sanctions",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.kind}"

    @property
    def title(self) -> str:
        """``县级三好学生（2025—2026 学年度）``."""
        return f"{self.level}{self.name}" + (f"（{self.text}）" if self.text else "")
