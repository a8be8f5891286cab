"""`python -m connectors.skills.sim dueros|aligenie|xiaoai URL`: a speaker of your own in the terminal.

It prints the variables to start the gateway with, then takes a line for each utterance. An empty
line is silence, /again repeats the last request, /enter opens the skill anew, /leave or the end of
the input closes it.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp

from community.times import SystemClock
from connectors.skills.sim.aligenie import AliGenieMaker
from connectors.skills.sim.certificates import FOLDER, Shelf, Signer, serving
from connectors.skills.sim.dueros import DuerOSMaker
from connectors.skills.sim.judging import BadAnswer
from connectors.skills.sim.speaker import Heard, Maker, Speaker
from connectors.skills.sim.xiaoai import XiaoAIMaker

DUEROS_APP, XIAOAI_APP, XIAOAI_KEY = "sim-application", "sim-app", "sim-key"
ALIGENIE_SKILL, ALIGENIE_PATH = 12345, "obvious-path-of-a-simulated-skill"
XIAOAI_SECRET = "b2J2aW91cyBzZWNyZXQgb2YgYSBzaW11bGF0aW9u"  # noqa: S105 - says itself what it is


def main(arguments: Sequence[str] | None = None) -> int:
    """Talk until the input ends; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m connectors.skills.sim", description=(__doc__ or "").partition("\n\n")[2]
    )
    parser.add_argument("maker", choices=("dueros", "aligenie", "xiaoai"))
    parser.add_argument("url", metavar="URL", help="where the gateway is, http://host:port")
    parser.add_argument("--port", type=int, default=8097, help="of the certificates (8097)")
    parser.add_argument("--user", default="u-1")
    parser.add_argument("--device", default="d-1")
    given = parser.parse_args(arguments)
    try:
        asyncio.run(_run(given))
    except OSError as error:
        print(f"skillsim: cannot start: {error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


async def _run(given: argparse.Namespace) -> None:
    async with _maker(given) as (maker, path), aiohttp.ClientSession() as session:
        whole = urlsplit(given.url).path.strip("/")
        url = given.url if whole else given.url.rstrip("/") + path
        speaker = Speaker(maker, session, url, SystemClock(), user=given.user, device=given.device)
        await _tell("", speaker)
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip() == "/leave":
                break
            await _tell(line.strip(), speaker)
        await _tell("/leave", speaker)


@asynccontextmanager
async def _maker(given: argparse.Namespace) -> AsyncIterator[tuple[Maker, str]]:
    """The maker and the usual path of its skill at our gateway."""
    if given.maker == "dueros":
        signer, shelf = Signer(SystemClock().now()), Shelf()
        file = f"{secrets.token_hex(8)}.pem"  # a new key each time, which no cache knows
        shelf.files[f"{FOLDER}{file}"] = signer.pem
        async with serving(shelf, port=given.port) as base_url:
            _export(DUEROS_APP_ID=DUEROS_APP, DUEROS_CERT_URL=base_url)
            yield DuerOSMaker(DUEROS_APP, signer, file), "/dueros"
    elif given.maker == "aligenie":
        _export(ALIGENIE_PATH=ALIGENIE_PATH, ALIGENIE_SKILL_IDS=str(ALIGENIE_SKILL))
        yield AliGenieMaker(ALIGENIE_SKILL), f"/aligenie/{ALIGENIE_PATH}"
    else:
        _export(XIAOAI_APP_ID=XIAOAI_APP, XIAOAI_KEY_ID=XIAOAI_KEY, XIAOAI_SECRET=XIAOAI_SECRET)
        yield XiaoAIMaker(XIAOAI_APP, XIAOAI_KEY, XIAOAI_SECRET), "/xiaoai"


def _export(**settings: str) -> None:
    for name, value in settings.items():
        print(f"export LINSHENG_{name}={value}")
    sys.stdout.flush()


async def _tell(line: str, speaker: Speaker) -> None:
    """Do what a line says and show what is heard."""
    try:
        _show(await _done(line, speaker))
    except BadAnswer as error:
        print(f"!! {type(error).__name__}: {error}", flush=True)


async def _done(line: str, speaker: Speaker) -> Heard | None:
    match line:
        case "/again":
            return await speaker.again()
        case "/leave":
            return await speaker.leave()
        case "/enter":
            return await speaker.enter()
        case "":
            return await (speaker.silence() if speaker.heard else speaker.enter())
        case words:
            return await speaker.say(words)


def _show(heard: Heard | None) -> None:
    if heard is None:
        return
    state = "mic" if heard.mic else "end" if heard.ended else "..."
    expected = f"  <{' | '.join(heard.expected)}>" if heard.expected else ""
    print(f"[{state}] {heard.text}{expected}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
