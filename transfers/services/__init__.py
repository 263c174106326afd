"""Acts of a transfer: asking for it, the receiving school's part, its effect, the receipt."""

from transfers.services.place import receive
from transfers.services.receipt import record_receipt
from transfers.services.submit import Asked, Rejected, keep_draft, submit

__all__ = ["Asked", "Rejected", "keep_draft", "receive", "record_receipt", "submit"]
