"""`python -m connectors.wechat`: what an operator does to the account, and the doctor."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from community import config
from community.config import Settings
from community.errors import ConfigError, Unavailable
from community.times import SystemClock
from connectors.wechat import account_file
from connectors.wechat.account import Account, account_of
from connectors.wechat.client import Client
from connectors.wechat.doctor import Doctor, Finding
from connectors.wechat.token import TokenBroker, stable_token
from connectors.wechat.words import doctor_words as words

FAILED, BAD_START = 1, 2
_SIGNS = {True: "✓", False: "✗", None: "–"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m connectors.wechat", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("doctor", help="look at everything that the account needs")
    commands.add_parser("menu", help="put the file's menu in place of the account's")
    code = commands.add_parser("qr", help="the address to print as a QR code for a scene")
    code.add_argument("scene", help="its name in the account's file")
    given = parser.parse_args(arguments)
    try:
        settings = config.load(config.with_file(os.environ, Path.cwd()))
        account = account_of(settings)
    except ConfigError as error:
        return _refuse(*error.problems)
    if account is None:
        return _refuse(words("not_configured"))
    try:
        return asyncio.run(_run(given, settings, account))
    except ConfigError as error:
        return _refuse(*error.problems)
    except Unavailable as error:
        print(f"✗ {error}", file=sys.stderr)
        return FAILED


async def _run(given: argparse.Namespace, settings: Settings, account: Account) -> int:
    clock = SystemClock()
    async with aiohttp.ClientSession() as session:
        broker = TokenBroker(clock, stable_token(session, account.credentials, account.api_url))
        client = Client(session, broker, account.credentials, base_url=account.api_url)
        if given.command == "doctor":
            return _tell(await Doctor(settings, account, client, session, clock).examine())
        file = account_file.load(settings.wechat_file)
        if given.command == "menu":
            await client.create_menu(file.buttons(settings.public_url))
            print(words("menu_made"))
            return 0
        if given.scene not in file.scenes:
            return _refuse(words("no_scene", scene=given.scene))
        print(await client.create_qr(given.scene))
        return 0


def _tell(findings: Sequence[Finding]) -> int:
    for one in findings:
        print(f"{_SIGNS[one.ok]} {one.name}：{one.detail}")
    return FAILED if any(one.ok is False for one in findings) else 0


def _refuse(*problems: str) -> int:
    print("\n".join(problems), file=sys.stderr)
    return BAD_START


if __name__ == "__main__":
    sys.exit(main())
