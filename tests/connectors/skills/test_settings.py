"""A skill is whole or off, says why it is off, and bad settings are named all at once."""

from __future__ import annotations

import pytest

from community.config import load
from community.errors import ConfigError
from connectors.app import log_channels_off
from tests.connectors.skills.makers import ADDRESSES, PATH


async def test_without_keys_a_skill_has_no_address_and_says_why(gateway, maker_name, caplog):
    caplog.set_level("INFO")
    log_channels_off(gateway.app)
    assert f"{maker_name}: off, no skill of" in caplog.text
    client = await gateway.new_client()
    async with client.post(ADDRESSES[maker_name], data=b"{}") as response:
        assert response.status == 404


async def test_empty_secret_opens_nothing(gateway):
    client = await gateway.new_client()
    async with client.post("/aligenie/", data=b"{}") as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"ALIGENIE_PATH": PATH}, ["ALIGENIE_SKILL_IDS"]),
        ({"ALIGENIE_SKILL_IDS": "1"}, ["ALIGENIE_PATH"]),
        ({"ALIGENIE_PATH": "short", "ALIGENIE_SKILL_IDS": "1"}, ["ALIGENIE_PATH"]),
        ({"ALIGENIE_PATH": f"{PATH}/x", "ALIGENIE_SKILL_IDS": "1"}, ["ALIGENIE_PATH"]),
        ({"ALIGENIE_PROOF": "no-colon"}, ["ALIGENIE_PROOF"]),
        ({"ALIGENIE_PROOF": "../a.txt:x"}, ["ALIGENIE_PROOF"]),
        ({"XIAOAI_APP_ID": "1"}, ["XIAOAI_KEY_ID", "XIAOAI_SECRET"]),
        ({"XIAOAI_SECRET": "c2VjcmV0"}, ["XIAOAI_APP_ID", "XIAOAI_KEY_ID"]),
        ({"XIAOAI_URL": "http://life.example/x"}, ["XIAOAI_URL"]),
        ({"XIAOAI_URL": "https://life.example/x?y"}, ["XIAOAI_URL"]),
    ],
)
def test_settings_that_cannot_be_used_are_named(settings, named):
    with pytest.raises(ConfigError) as refused:
        load({f"LINSHENG_{name}": value for name, value in settings.items()})
    assert [problem.split(":")[0] for problem in refused.value.problems] == [
        f"LINSHENG_{name}" for name in named
    ]
    assert "c2VjcmV0" not in str(refused.value)


def test_whole_settings_are_taken():
    settings = load(
        {
            "LINSHENG_DUEROS_APP_ID": "a",
            "LINSHENG_ALIGENIE_PATH": PATH,
            "LINSHENG_ALIGENIE_SKILL_IDS": "1,2",
            "LINSHENG_ALIGENIE_PROOF": "13f776873db7e9dfae87121bcec0712a.txt:content",
            "LINSHENG_XIAOAI_APP_ID": "1",
            "LINSHENG_XIAOAI_KEY_ID": "2",
            "LINSHENG_XIAOAI_SECRET": "c2VjcmV0",
            "LINSHENG_XIAOAI_URL": "https://life.example/voice/xiaoai",
        }
    )
    assert (settings.dueros_app_id, settings.aligenie_skill_ids) == ("a", "1,2")
    assert "c2VjcmV0" not in repr(settings)
