"""`python -m tests.dialogue.action_server`: the action server at an hour that the dialogues choose.

`LINSHENG_TEST_OFFSET`: seconds between the machine's clock and theirs.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta

from actions.__main__ import main
from actions.wiring import use
from community.config import load
from community.context import Context
from community.secrets import load_secrets
from community.store.database import Database
from community.times import OffsetClock

OFFSET = "LINSHENG_TEST_OFFSET"

if __name__ == "__main__":
    clock = OffsetClock(timedelta(seconds=float(os.environ.pop(OFFSET))))
    settings = load(os.environ)
    pepper = load_secrets(settings.data_dir).pepper
    use(Context(Database(settings.database), clock, pepper, settings.pay_url))
    sys.exit(main())
