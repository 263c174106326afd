"""The forms of a transfer: what the leaving and the receiving school ask, sign and record."""

from transfers.forms.arriving import TakeForm
from transfers.forms.leaving import EXCEPTION, INSIDE, AskingForm, TransferForm
from transfers.forms.papers import ReceiveFileForm, RegisterForm, SendFileForm
from transfers.forms.turns import ReceiptForm, TurnForm

__all__ = [
    "EXCEPTION",
    "INSIDE",
    "AskingForm",
    "ReceiptForm",
    "ReceiveFileForm",
    "RegisterForm",
    "SendFileForm",
    "TakeForm",
    "TransferForm",
    "TurnForm",
]
