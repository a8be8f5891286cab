"""The skills of the tests: their settings, and speakers at a gateway that has them."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

from community.config import Secret
from connectors.registry import CHANNELS
from connectors.skills.channel import SkillChannel
from connectors.skills.patience import HandPatience
from connectors.skills.sim.aligenie import AliGenieMaker
from connectors.skills.sim.certificates import FOLDER, Shelf, Signer, serving
from connectors.skills.sim.dueros import DuerOSMaker
from connectors.skills.sim.speaker import Speaker
from connectors.skills.sim.xiaoai import XiaoAIMaker

APPLICATION = "application-of-the-tests"
CERTIFICATE = "certificate.pem"
PATH, TOKEN = "path-that-nobody-guesses-0123456789", "token-of-the-webhook"
SKILL = 4711
APP, KEY, SECRET = "app-of-the-tests", "key-of-the-tests", "a2V5IG9mIHRoZSB0ZXN0cw=="
ADDRESSES = {"dueros": "/dueros", "aligenie": f"/aligenie/{PATH}", "xiaoai": "/xiaoai"}
SECRETS = {"dueros": [], "aligenie": [PATH, TOKEN], "xiaoai": [SECRET]}


class Skill:
    """A gateway with one skill open, and the maker on its other side."""

    def __init__(self, gateway, maker, session, patience, shelf=None):
        self.gateway = gateway
        self.patience = patience
        self.maker = maker
        self.session = session
        self.shelf = shelf
        self.url = str(gateway.server.make_url(ADDRESSES[maker.name]))

    def sent(self, speaker, body):
        """Any body, an object or bytes, as the maker sends it."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        if self.maker.name == "xiaoai":
            return self.maker.signed(speaker, raw)
        return self.maker.signed(raw) if self.maker.name == "dueros" else self.maker.sent(raw)

    def speaker(self, user="u-1", device="d-1", **options):
        return Speaker(
            self.maker, self.session, self.url, self.gateway.clock, user=user, device=device,
            **{"cut_s": 30.0} | options,
        )  # fmt: skip


@asynccontextmanager
async def skill_of(name, start, session, clock, **options):
    """A skill of this maker, whose requests wait until `patience` is moved by hand.

    `options` are for the gateway.
    """
    patience = HandPatience()
    channels = [
        type(one.__name__, (one,), {"patience": patience}) if issubclass(one, SkillChannel) else one
        for one in CHANNELS
    ]
    options = {"channels": channels} | options
    if name == "dueros":
        signer, shelf = Signer(clock.now()), Shelf()
        shelf.files[FOLDER + CERTIFICATE] = signer.pem
        async with serving(shelf) as url:
            settings = {"dueros_app_id": APPLICATION, "dueros_cert_url": url}
            gateway = await start(**settings | options)
            yield Skill(
                gateway, DuerOSMaker(APPLICATION, signer, CERTIFICATE), session, patience, shelf
            )
    elif name == "aligenie":
        settings = {
            "aligenie_path": Secret(PATH),
            "aligenie_token": Secret(TOKEN),
            "aligenie_skill_ids": f"1, {SKILL}",
        }
        gateway = await start(**settings | options)
        maker = AliGenieMaker(SKILL, headers={"X-Linsheng-Token": TOKEN})
        yield Skill(gateway, maker, session, patience)
    else:
        settings = {
            "xiaoai_app_id": APP, "xiaoai_key_id": KEY, "xiaoai_secret": Secret(SECRET),
        }  # fmt: skip
        gateway = await start(**settings | options)
        yield Skill(gateway, XiaoAIMaker(APP, KEY, SECRET), session, patience)
