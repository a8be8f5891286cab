"""What is played: as loud as is wished, in its order, silence where there is nothing, and never too much."""

from __future__ import annotations

import threading

import numpy as np

from voice.speaker.player import MOST_BYTES, Player


def pcm(*samples):
    return np.array(samples, "<i2").tobytes()


def test_sound_comes_in_its_order_and_then_silence():
    player = Player(level=100)
    player.play(pcm(1, 2, 3))
    player.play(pcm(4))
    assert player.take(4) == pcm(1, 2)
    assert player.take(8) == pcm(3, 4, 0, 0)
    assert not player.playing


def test_the_quietest_can_still_be_heard_and_the_loudest_is_as_it_came():
    loudness = []
    for level in (0, 60, 100):
        player = Player(level)
        player.play(pcm(20_000))
        loudness.append(int.from_bytes(player.take(2), "little", signed=True))
    assert loudness == [1124, 6324, 20_000]


def test_half_a_sample_is_none():
    player = Player(level=100)
    player.play(b"\1\0\2")
    player.play(pcm(3))
    assert player.take(4) == pcm(1, 3)


def test_what_is_sent_too_far_ahead_is_not_kept():
    player = Player()
    for _ in range(5):
        player.play(bytes(MOST_BYTES // 2))
    assert len(player._sound) == MOST_BYTES


def test_a_card_that_takes_while_more_comes_gets_every_sample_once():
    player, taken = Player(level=100), bytearray()
    wanted = pcm(*range(1, 20_001))

    def take():
        while len(taken) < len(wanted):
            found = np.frombuffer(player.take(882), "<i2")
            taken.extend(found[found != 0].tobytes())

    thread = threading.Thread(target=take)
    thread.start()
    for at in range(0, len(wanted), 200):
        player.play(wanted[at : at + 200])
    thread.join(10)
    assert bytes(taken) == wanted
