"""All channels: one line each."""

from __future__ import annotations

from connectors.api.channel import OpenChannel
from connectors.base import Channel
from connectors.skills.aligenie.channel import AliGenie
from connectors.skills.dueros.channel import DuerOS
from connectors.skills.xiaoai.channel import XiaoAI
from connectors.speaker.channel import SpeakerChannel
from connectors.voskws.channel import VoskWs
from connectors.webchat.channel import WebChat
from connectors.wechat.channel import WeChat
from connectors.wecom.channel import WeCom
from connectors.wyoming.channel import Wyoming
from connectors.xiaozhi.channel import Xiaozhi

CHANNELS: tuple[type[Channel], ...] = (
    WebChat,  # the page of the residents
    OpenChannel,  # the community's own apps
    WeChat,  # the official account
    WeCom,  # customer service on WeChat, for those who follow no account
    DuerOS,  # 小度
    AliGenie,  # 天猫精灵
    XiaoAI,  # 小爱同学
    SpeakerChannel,  # our own speaker client
)
DOORS: tuple[type[Channel], ...] = (
    Xiaozhi,  # speakers with the xiaozhi firmware: conversations of SpeakerChannel's kind
    Wyoming,  # Home Assistant's satellites: the same
    VoskWs,  # programs that speak to a vosk-server: nothing becomes a conversation
)
"""Ways in whose protocols give no message an id of its own: each word is said once."""
