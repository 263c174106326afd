"""A child whom no rule of Qian'an has anything to say against, and what the rules say of others."""

from dataclasses import replace
from datetime import date

from enrollment.rules import EntryFacts
from xueji.rules.engine import judge, rule_set

HOME, NEXT_VILLAGE = "130283103227", "130283103228"
ON = date(2026, 9, 1)

PASSES = EntryFacts(
    birth_date=date(2020, 3, 17),
    entry_year=2026,
    grade=1,
    stage="primary",
    school_kind="ordinary",
    designated_for_borrowed=False,
    has_catchment=True,
    catchment=frozenset({HOME}),
    hukou_code=HOME,
    guardian_hukou_code=HOME,
    address_code=HOME,
    migrant=False,
    register_type="regular",
    papers=frozenset({"household_book", "property_proof"}),
    id_missing=False,
    same_id=0,
    same_person_near=0,
    live_elsewhere=False,
)


def child(**other):
    return replace(PASSES, **other)


def migrant(**other):
    """A migrant child who may be entered at a designated school."""
    papers = frozenset({"household_book", "residence_permit", "job_proof"})
    right = {
        "migrant": True,
        "register_type": "borrowed_temp",
        "designated_for_borrowed": True,
        "papers": papers,
        "hukou_code": "510184102201",
    }
    return child(**(right | other))


def found(facts, rules="qianan", on=ON):
    """All findings, the summing-up left out."""
    judged = judge("entry", facts, rule_set(rules).at(on))
    return [finding for finding in judged if finding.key != "entry.ineligible"]


def told(key, facts, rules="qianan", on=ON):
    """Effect and message of each finding of one rule."""
    return [(f.effect, f.message) for f in found(facts, rules, on) if f.key == key]
