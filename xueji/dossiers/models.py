"""The file of a pupil (学籍档案): which papers lie in it, what it lacks, by when it is due."""

from django.db import models
from django.db.models import Q

from xueji.identity.classification import classified
from xueji.students.models import Student


@classified(public="student remind_on due_on completed_on lacking")
class Dossier(models.Model):
    """How far the file of a pupil is. Written by ``dossiers.services`` alone.

    The days are those of the rules in force when the pupil entered. ``lacking`` lists groups of
    paper codes, of each of which any one would do; with the last of them the file is complete.
    """

    student = models.OneToOneField(
        Student, models.PROTECT, primary_key=True, related_name="dossier"
    )
    remind_on = models.DateField("提醒日")
    due_on = models.DateField("期限")
    lacking = models.JSONField("缺少的材料", default=list)
    completed_on = models.DateField("齐全日期", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(completed_on__isnull=True) ^ Q(lacking=[]),
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


@classified(public="id student kind document filed_by filed_at")
class DossierPaper(models.Model):
    """A paper that the school put into the file after the entry: a scan, or the paper itself."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="dossier_papers")
    kind = models.CharField("材料", max_length=30)
    document = models.OneToOneField(
        "xueji.Document", models.PROTECT, null=True, related_name="dossier_paper"
    )
    filed_by = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+")
    filed_at = models.DateTimeField("入档时间")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.kind
