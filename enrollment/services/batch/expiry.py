"""Letting go of intakes that nobody confirmed: files expire, and the list of faults with them."""

from datetime import date

from enrollment.models import BatchState, ImportBatch

NEVER_STORED = (
    BatchState.CHECKING,
    BatchState.REFUSED,
    BatchState.FAULTY,
    BatchState.READY,
)


def expire(*, today: date) -> None:
    """Discard the batches whose files have gone or go today."""
    over = ImportBatch.objects.filter(state__in=NEVER_STORED, source__expires_on__lt=today)
    over.update(state=BatchState.DISCARDED, summary={})
