"""Acts of a transfer: asking for it, the receiving school's part, its effect, the receipt."""

from transfers.services.look import Looked, look
from transfers.services.paper_file import receive_file, send_file
from transfers.services.place import receive
from transfers.services.receipt import record_receipt
from transfers.services.submit import Asked, Rejected, keep_draft, submit
from transfers.services.take import NotTaken, Taken, take

__all__ = [
    "Asked",
    "Looked",
    "NotTaken",
    "Rejected",
    "Taken",
    "keep_draft",
    "look",
    "receive",
    "receive_file",
    "record_receipt",
    "send_file",
    "submit",
    "take",
]
