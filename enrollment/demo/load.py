"""Loading the whole demo in one transaction: all of it, or nothing."""

from datetime import date
from random import Random

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from enrollment.demo import accounts, calendar, cohorts, dossiers, organisations, register
from enrollment.demo.autumn import Autumn
from enrollment.demo.documents import Documents
from enrollment.demo.register import Told
from enrollment.demo.tables import keys_checked_at_the_end
from xueji.identity import crypto
from xueji.organisations import divisions
from xueji.organisations.models import Division


@transaction.atomic
def load(*, students: int, schools: int, seed: int, today: date, told: Told) -> None:
    """Write a demo of that size into a database without organisations.

    Each app that names a ``demo`` in its AppConfig has its acts done in their time.
    """
    crypto.create_keyring(settings.XUEJI_KEYRING)
    if not Division.objects.filter(level="village").exists():
        divisions.load()
    random = Random(seed)
    organisations.write_holidays()
    campuses = organisations.build(schools, random)
    staff = accounts.hire(campuses, random)
    current = cohorts.plan(campuses, students, random)
    everyone = list(cohorts.everyone(current))
    cohorts.write_classes(everyone)
    cohorts.begin_series(everyone)
    told(f"{len(campuses)} 所学校，{len(staff.posts)} 个岗位")
    documents = Documents()
    with keys_checked_at_the_end():
        disabled = register.write(
            current, students=students, staff=staff, seed=seed, documents=documents, told=told
        )
        cohorts.close_series(everyone, staff)
        dossiers.write(disabled)
    told("本学期的业务件")
    stories = [getattr(config, "demo", "") for config in apps.get_app_configs()]
    beside = [deed for story in stories if story for deed in import_string(story)(today)]
    Autumn(staff, random, documents, today).tell(campuses, beside=beside)


def fit(today: date) -> date:
    """The day the demo takes for today: inside the part of the school year it tells of."""
    return min(max(today, calendar.EARLIEST_TODAY), calendar.LATEST_TODAY)
