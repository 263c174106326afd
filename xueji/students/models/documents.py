"""What shows who the child is: the photograph, and identity documents past and present."""

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from xueji.audit.models import SignedHistory
from xueji.identity.classification import classified
from xueji.identity.fields import EncryptedTextField
from xueji.identity.idnumbers import ID_TYPES
from xueji.students.models.pupil import Student


@classified(public="student", sensitive="document")
class Photo(models.Model):
    """The photograph of a pupil now; history says who replaced it when, the old file is let go."""

    student = models.OneToOneField(Student, models.PROTECT, primary_key=True, related_name="photo")
    document = models.OneToOneField(
        "xueji.Document", models.PROTECT, related_name="photo", verbose_name="照片"
    )

    history = HistoricalRecords(bases=[SignedHistory])

    def __str__(self) -> str:
        return str(self.student_id)


@classified(
    public="id student case",
    sensitive="id_type id_number id_index valid_from valid_until used_until",
)
class IdentityDocument(models.Model):
    """An identity document of a pupil; the present one has no ``used_until``.

    ``Student.id_type``, ``id_number`` and ``id_index`` say the present one; the rows follow them
    by ``students.identity_documents`` alone. How long the present one is valid stands on the
    sheet and is kept here when the document becomes a former one.
    """

    student = models.ForeignKey(Student, models.PROTECT, related_name="documents")
    id_type = models.CharField("身份证件类型", max_length=1, choices=ID_TYPES)
    # sealed and indexed for the same purpose as the pupil's: one look-up finds both
    id_number = EncryptedTextField("身份证件号", purpose="student.id_number")
    id_index = models.BinaryField(max_length=32, db_index=True, editable=False)
    valid_from = models.DateField("有效期自", null=True)
    valid_until = models.DateField("有效期至", null=True)
    used_until = models.DateField("使用至", null=True)
    case = models.ForeignKey("xueji.Case", models.PROTECT, null=True, related_name="+")

    history = HistoricalRecords(bases=[SignedHistory])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student"],
                condition=Q(used_until__isnull=True),
                name="identity_document_one_present",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=False, valid_until__gte=F("valid_from")),
                name="identity_document_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.get_id_type_display()}"
