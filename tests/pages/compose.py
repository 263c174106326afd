"""docker-compose.yml as data, its anchors and merges resolved."""

from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).resolve().parents[2] / "docker-compose.yml"


@cache
def compose() -> dict:
    return yaml.safe_load(FILE.read_text())


SERVICES = sorted(compose()["services"])
