"""`python -m connectors.wecom.sim --gateway URL`: a customer service of your own in the terminal.

It serves the API on the real clock, prints the variables to start the gateway with, and then takes
a line for each message of a resident. /enter opens the conversation, /seat lets one of WeCom's own
seats take it, /end lets the seat end it; the end of the input ends it all.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp

from community.config import Secret
from community.errors import ConfigError
from community.times import SystemClock
from connectors.wechat.crypto import Cipher
from connectors.wecom.sim.api import serving
from connectors.wecom.sim.callbacks import Callbacks
from connectors.wecom.sim.simulator import Simulator

BAD_START = 2
CALLBACK_PATH = "/wecom"
LOOK_EVERY_S = 0.1


def main(arguments: Sequence[str] | None = None) -> int:
    """Talk until the input ends; returns the exit code."""
    given = _parser().parse_args(arguments)
    try:
        cipher = Cipher(Secret(given.token), [Secret(given.aes_key)], given.corpid)
        asyncio.run(_run(given, cipher))
    except ConfigError as error:
        return _refuse("; ".join(error.problems))
    except OSError as error:
        return _refuse(f"cannot start: {error.strerror or error}")
    except KeyboardInterrupt:
        return 0
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m connectors.wecom.sim", description=(__doc__ or "").partition("\n\n")[2]
    )
    add = parser.add_argument
    add("--gateway", required=True, metavar="URL", help="where the gateway is, http://host:port")
    add("--port", type=int, default=8098, help="of the API (8098)")
    add("--corpid", default="ww0123456789abcdef")
    add("--secret", default="0123456789abcdef0123456789abcdef0123456789a")
    add("--token", default="obvious-test-token")
    add("--aes-key", default="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
    add("--user", default="wm-resident", help="the resident's external_userid")
    return parser


def _refuse(problem: str) -> int:
    print(f"kfsim: {problem}", file=sys.stderr)
    return BAD_START


async def _run(given: argparse.Namespace, cipher: Cipher) -> None:
    # An account of its own each time: what a gateway has pulled of an older one is gone.
    sim = Simulator(
        SystemClock(),
        corpid=given.corpid,
        secret=given.secret,
        open_kfid=f"wk{secrets.token_hex(14)}",
    )
    whole = urlsplit(given.gateway).path.strip("/")
    url = given.gateway if whole else given.gateway.rstrip("/") + CALLBACK_PATH
    async with serving(sim, port=given.port) as base_url, aiohttp.ClientSession() as session:
        _export(given, base_url)
        showing = asyncio.create_task(_show(sim, given.user))
        callbacks = Callbacks(sim, session, url, cipher)
        while line := await asyncio.to_thread(sys.stdin.readline):
            _do(sim, given.user, line.strip())
            if not await callbacks.call():
                print("!! the gateway did not take the callback", flush=True)
        showing.cancel()
        with suppress(asyncio.CancelledError):
            await showing


def _do(sim: Simulator, user: str, line: str) -> None:
    match line:
        case "/enter":
            sim.enters(user)
        case "/seat":
            sim.seat_takes(user)
        case "/end":
            sim.seat_ends(user)
        case words:
            sim.says(user, words)


async def _show(sim: Simulator, user: str) -> None:
    """Print what the resident sees, as it comes."""
    shown = 0
    while True:
        for seen in sim.seen(user)[shown:]:
            print(seen.content, flush=True)
            shown += 1
        await asyncio.sleep(LOOK_EVERY_S)


def _export(given: argparse.Namespace, base_url: str) -> None:
    settings = {
        "CORPID": given.corpid,
        "TOKEN": given.token,
        "AES_KEYS": given.aes_key,
        "SECRET": given.secret,
        "API_URL": base_url,
    }
    for name, value in settings.items():
        print(f"export LINSHENG_WECOM_{name}={value}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
