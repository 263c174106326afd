"""wapiti on exactly the requests of a file, run by the scanners' own Python (scanners.py).

Its command line can only crawl: it would take every page of every pupil, and every form on every
page, for another one.
"""

import asyncio
import json
import sys

from wapitiCore.controller.wapiti import Wapiti
from wapitiCore.net import Request


async def main(file: str) -> None:
    with open(file) as lines:
        told = json.load(lines)
    scan = Wapiti(
        Request(f"{told['url']}/"),
        scope="domain",
        session_dir=f"{told['folder']}/session",
        config_dir=f"{told['folder']}/config",
    )
    for method, path, typed in told["requests"]:
        sent = "get_params" if method == "GET" else "post_params"
        scan.add_start_url(Request(f"{told['url']}{path}", method, **{sent: typed}))
    for name, value in told["headers"].items():
        scan.add_custom_header(name, value)
    scan.set_max_depth(0)  # nothing but these
    scan.set_max_attack_time(told["seconds"])
    scan.set_timeout(60)
    scan.set_modules(told["modules"])
    scan.set_bug_reporting(False)
    scan.set_detail_report(1)
    scan.set_report_generator_type("json")
    scan.set_output_file(told["report"])
    scan.verbosity(1)
    options = {"level": 1, "timeout": 60, "tasks": 8, "headless": "no", "excluded_urls": []}
    skipped = {"skipped_parameters": set(told["not_tried"])}
    scan.set_attack_options({**options, **skipped, "max_attack_time": told["seconds"]})
    await scan.init_persister()
    await scan.load_scan_state()
    await scan.browse(asyncio.Event(), parallelism=2)
    await scan.save_scan_state()
    await scan.attack()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
