"""Kinds of job that only tests have. Their effect is rows of Division, which nothing hangs on.

``test.fill`` would double its rows if it acted twice: the rows get fresh keys each time.
"""

import os
import signal
import time
from uuid import uuid4

from django.utils.timezone import now

from xueji.documents import services as documents
from xueji.jobs.registry import job
from xueji.jobs.services import JobFailed
from xueji.organisations.models import Division

ROWS = "rows"
PAUSE = "pause"
SECRET = "130283201901019918"


def wrote():
    """How many rows jobs have written."""
    return Division.objects.filter(level="test").count()


def write_row():
    Division.objects.create(code=uuid4().hex[:12], name="一", full_name="一", level="test")


@job("test.fill", title="写行")
def fill(this, lease):
    """All rows in one effect, with progress."""
    rows = this.parameters[ROWS]
    with lease.effect():
        for done in range(rows):
            lease.progress(done, rows)
            write_row()
            time.sleep(this.parameters.get(PAUSE, 0))
        lease.progress(rows, rows)


@job("test.deaf", title="写行，不报进度")
def fill_without_progress(this, lease):
    """Only the check at the end of the effect can stop this one."""
    with lease.effect():
        for _ in range(this.parameters[ROWS]):
            write_row()
            time.sleep(this.parameters.get(PAUSE, 0))


@job("test.die", title="写行后断电")
def die_after_the_effect(this, lease):
    """The process is gone after the commit and before anything else."""
    with lease.effect():
        write_row()
    if this.attempts == 1:
        os.kill(os.getpid(), signal.SIGKILL)


@job("test.export", title="写文件")
def export(this, lease):
    """A job that makes a document."""
    with lease.effect():
        document = documents.keep(
            name="花名册", content_type="text/plain", data=b"1", post=this.post, at=now()
        )
        lease.result_id = document.pk


@job("test.refuse", title="办不成")
def refuse(this, lease):
    with lease.effect():
        write_row()
        raise JobFailed("三年级（2）班已撤销，请另选班级。")


@job("test.break", title="出错")
def break_down(this, lease):
    with lease.effect():
        write_row()
        raise ValueError(SECRET)
