"""`python -m actions`: rasa-sdk's action server for this package, as one process on loopback.

The application and the executor are rasa-sdk's own, so `python -m rasa_sdk --actions actions` serves
the same. That command keeps a manager, a resource tracker and a worker beside the server, and each of
the large ones imports everything anew: twice the memory and twice the start for one worker's work.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from actions.wiring import context
from community import config, log
from community.errors import ConfigError

BAD_START = 2
TALKATIVE = ("rasa_sdk", "sanic")
"Loggers that write a line for every action they find and every step of a start"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m actions", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=5055, help="port to listen on")
    given = parser.parse_args(arguments)
    try:
        log.configure("actions", level=config.load(os.environ).log_level)
    except ConfigError as error:
        print(f"actions: {'; '.join(error.problems)}", file=sys.stderr)
        return BAD_START
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    executor = ActionExecutor()
    executor.register_package("actions")
    app = create_app(executor, cors_origins=[])
    app.register_listener(_prepare, "before_server_start")
    app.run(host=given.host, port=given.port, single_process=True, access_log=False, motd=False)
    return 0


async def _prepare(_app: Any) -> None:
    """Before the first call: the Context is built, and what is loaded leaves the collector's sight."""
    context()
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    sys.exit(main())
