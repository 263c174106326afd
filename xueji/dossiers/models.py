"""The file of a pupil (学籍档案): which papers lie in it, what it lacks, by when it is due."""

from django.db import models
from django.db.models import Q

from xueji.identity.classification import classified
from xueji.rules.papers import PAPERS
from xueji.students.models import Student


@classified(
    public="student remind_on due_on completed_on counted_from assessed_on lacking",
    medical="lacks_medical",
)
class Dossier(models.Model):
    """How far the file of a pupil is. Written by ``dossiers.services`` alone.

    The days are those of the rules in force when the pupil entered, counted from ``counted_from``:
    the entry, or the day on which a complete file was found to lack something again. ``lacking``
    lists groups of paper codes, of each of which any one would do; with the last of them the file
    is complete. Groups that tell of health or disability stand not there:
    ``lacks_medical`` says that there are some, and only who sees such items is told.
    """

    student = models.OneToOneField(
        Student, models.PROTECT, primary_key=True, related_name="dossier"
    )
    remind_on = models.DateField("提醒日")
    due_on = models.DateField("期限")
    lacking = models.JSONField("缺少的材料", default=list)
    lacks_medical = models.BooleanField("缺少健康、残疾材料", default=False)
    counted_from = models.DateField("期限起算日", null=True)
    assessed_on = models.DateField("核对日期", null=True)
    completed_on = models.DateField("齐全日期", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(completed_on__isnull=True) ^ Q(lacking=[], lacks_medical=False),
                name="dossier_complete_lacks_nothing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "student"],
                condition=Q(completed_on__isnull=True),
                name="dossier_incomplete",
            ),
        ]

    def __str__(self) -> str:
        return str(self.student_id)


@classified(
    public="id student document filed_by filed_at removed_by removed_at",
    personal="removed_why",
    medical="kind",
)
class DossierPaper(models.Model):
    """A paper that the school put into the file after the entry: a scan, or the paper itself.

    A paper that does not belong there is removed: the row stays and says who, when and why.
    """

    student = models.ForeignKey(Student, models.PROTECT, related_name="dossier_papers")
    kind = models.CharField("材料", max_length=30)
    document = models.OneToOneField(
        "xueji.Document", models.PROTECT, null=True, related_name="dossier_paper"
    )
    filed_by = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+")
    filed_at = models.DateTimeField("入档时间")
    removed_by = models.ForeignKey("xueji.Post", models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField("移除时间", null=True)
    removed_why = models.CharField("移除原因", max_length=60, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_by__isnull=True, removed_at__isnull=True, removed_why="")
                | Q(removed_by__isnull=False, removed_at__isnull=False) & ~Q(removed_why=""),
                name="dossier_paper_removed_by_somebody_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.kind

    @property
    def name(self) -> str:
        return PAPERS.get(self.kind, self.kind)
