"""`python -m bench`, behind `scripts/bench`: one subcommand per benchmark."""

from __future__ import annotations

import argparse
import signal
import sys

from bench import turn, words
from bench.errors import BenchError
from bench.voice import command as voice
from bench.wechat import command as wechat


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    turn.add_to(commands)
    wechat.add_to(commands)
    voice.add_to(commands)
    words.add_to(commands)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        given.run(given)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
