"""Who came by a transfer with a status that was kept, and is taught again (恢复在校)."""

from django.db import models

from xueji.identity.classification import classified
from xueji.students.models import Status


@classified(public="case placement former_status", personal="reason_text")
class Reinstatement(models.Model):
    """The facts of one 恢复在校 case; ``former_status`` comes back when it is undone."""

    case = models.OneToOneField(
        "xueji.Case", models.PROTECT, primary_key=True, related_name="reinstatement"
    )
    placement = models.ForeignKey(
        "xueji.Placement", models.PROTECT, related_name="+", verbose_name="就读"
    )
    former_status = models.CharField("原学籍状态", max_length=12, choices=Status)
    reason_text = models.CharField("具体情况", max_length=200)

    def __str__(self) -> str:
        return str(self.case_id)
