#!/usr/bin/env python
"""Run a command; `python3 dev.py manage` does it with the demo's database."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xueji.settings")
    execute_from_command_line(sys.argv)
