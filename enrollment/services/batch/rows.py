"""Rows of an intake: what was typed, what is wrong where, and what becomes of each."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

VERIFIED_BY, REASON = "verified_by", "reason"
NO_PUPIL = "no_pupil"  # the fault of a line that is a sum, a signature or a note
NOT_OF_THE_SHEET = frozenset({VERIFIED_BY, REASON})


class Fate(StrEnum):
    """What becomes of a row on confirmation."""

    SUBMIT = "submit"
    DRAFT = "draft"  # papers are still to be seen (待补材料)
    SAME = "same"  # stands in the register, or on its way, exactly so
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell, for its comment. ``key`` is that of typed rows, "" of none."""

    key: str
    kind: str
    message: str
    remedy: str
    clause: str = ""


@dataclass(slots=True)
class Entry:
    """One row: its place in the sheet, and the text of each column by key."""

    line: int
    row: dict[str, str]
    faults: list[Fault] = field(default_factory=list)
    fate: Fate = Fate.SUBMIT

    @property
    def name(self) -> str:
        return self.row.get("name", "").strip()[:50]

    @property
    def typed(self) -> dict[str, str]:
        """What the form of one pupil holds of it."""
        return {key: text for key, text in self.row.items() if key not in NOT_OF_THE_SHEET}

    @property
    def is_pupil(self) -> bool:
        return not any(fault.kind == NO_PUPIL for fault in self.faults)

    def stored(self) -> dict[str, Any]:
        return {"line": self.line, "row": self.row, "fate": self.fate, "faults": self.told()}

    def told(self) -> list[dict[str, str]]:
        return [asdict(fault) for fault in self.faults]


def restored(said: Mapping[str, Any]) -> Entry:
    """The entry that ``Entry.stored`` wrote."""
    faults = [Fault(**fault) for fault in said["faults"]]
    return Entry(said["line"], dict(said["row"]), faults, Fate(said["fate"]))
