"""`python -m connectors.wechat.sim --gateway URL`: a WeChat of your own beside a running gateway.

It serves the API and a page on which a person chats as any resident, on the real clock.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp

from community.config import Secret
from community.errors import ConfigError
from community.times import SystemClock
from connectors.wechat.crypto import Cipher
from connectors.wechat.sim.api import serving
from connectors.wechat.sim.page import Page
from connectors.wechat.sim.pushes import Pushes
from connectors.wechat.sim.simulator import Simulator

BAD_START = 2
PUSH_PATH = "/wechat"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal; returns the exit code."""
    given = _parser().parse_args(arguments)
    try:
        cipher = Cipher(Secret(given.token), [Secret(given.aes_key)], given.appid)
        asyncio.run(_serve(given, cipher))
    except ConfigError as error:
        return _refuse("; ".join(error.problems))
    except OSError as error:
        return _refuse(f"cannot start: {error.strerror or error}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m connectors.wechat.sim", description=(__doc__ or "").partition("\n\n")[2]
    )
    add = parser.add_argument
    add("--gateway", required=True, metavar="URL", help="where the gateway is, http://host:port")
    add("--port", type=int, default=8099, help="of the API and the page (8099)")
    add("--appid", default="wx0123456789abcdef")
    add("--secret", default="0123456789abcdef0123456789abcdef")
    add("--token", default="obvious-test-token")
    add("--aes-key", default="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
    add("--account", default="gh_0123456789ab", help="its original id")
    add(
        "--template",
        action="append",
        default=[],
        metavar="ID=FIELD,FIELD",
        help="a template of notices that the account has; may be given again",
    )
    return parser


def _templates(written: Sequence[str]) -> dict[str, list[str]]:
    """Raises ConfigError."""
    found = {}
    for one in written:
        template_id, _, fields = one.partition("=")
        if not template_id or not fields:
            raise ConfigError([f"--template {one}: ID=FIELD,FIELD is expected"])
        found[template_id] = fields.split(",")
    return found


def _refuse(problem: str) -> int:
    print(f"wxsim: {problem}", file=sys.stderr)
    return BAD_START


async def _serve(given: argparse.Namespace, cipher: Cipher) -> None:
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    gateway = urlsplit(given.gateway)
    sim = Simulator(
        SystemClock(),
        appid=given.appid,
        secret=given.secret,
        templates=_templates(given.template),
        login_domain=gateway.hostname or "",
    )
    url = given.gateway if gateway.path.strip("/") else given.gateway.rstrip("/") + PUSH_PATH
    async with aiohttp.ClientSession() as session:
        pushes = Pushes(sim, session, url, given.account, cipher, token=given.token)
        page = Page(pushes)
        async with serving(sim, port=given.port, routes=page.routes()) as base_url:
            _greet(given, base_url)
            watching = asyncio.create_task(page.watch())
            await stopped.wait()
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await page.close()


def _greet(given: argparse.Namespace, base_url: str) -> None:
    settings = {
        "APPID": given.appid,
        "ACCOUNT": given.account,
        "OPEN_URL": base_url,
        "TOKEN": given.token,
        "AES_KEYS": given.aes_key,
        "SECRET": given.secret,
        "API_URL": base_url,
    }
    for name, value in settings.items():
        print(f"export LINSHENG_WECHAT_{name}={value}")
    print(f"export LINSHENG_PUBLIC_URL={given.gateway.rstrip('/')}")
    print(f"wxsim: open {base_url}", file=sys.stderr, flush=True)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
