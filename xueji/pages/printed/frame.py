"""What every paper carries around its content: who signs it, and the clause it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from xueji.organisations.models import Organisation
from xueji.organisations.queries import rule_set_of
from xueji.pages.rule_words import ROLES, WORDS
from xueji.rules.engine import Rules, rule_set

FILE = "register.file_due_days"  # the clause that asks for a pupil's file, of which papers are part


@dataclass(frozen=True)
class Frame:
    """Signers and stamps in their order; the clause; and the citation of who has to sign."""

    signers: list[str]
    stamps: Sequence[str]
    basis: str
    named_by: str


def frame(paper: str, *, school: Organisation, on: date) -> Frame:
    """The frame of one kind of paper of a school, in one query."""
    return framed(paper, rule_set(rule_set_of(school)).at(on))


def framed(paper: str, rules: Rules, *, stamps: Sequence[str] = ("学校",)) -> Frame:
    """The same under rules that are known."""
    signers = rules.rule("print.signers")
    return Frame(
        signers=[WORDS.get(code) or ROLES[code] for code in signers.value[paper]],
        stamps=stamps,
        basis=rules.rule(FILE).citation,
        named_by=signers.citation,
    )
