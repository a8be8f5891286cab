"""Learning: the network is shown the lessons, again and again, until time is up."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import nn

from voice.training.frames import SIZE, SUBSAMPLING
from voice.training.inventory import SILENCE_NUMBER, SPEECH_NUMBER
from voice.training.lessons import Lesson
from voice.training.network import CONTEXT, Network

BATCH_FRAMES = 4_000
"Of features, in one step"
_SHARE_OF_SPEECH = 0.03
"How likely the network shall think it that a sound is just speech, whichever it is"
RATE = 2e-3
_UNSEEN = -100
"The label of a place that does not count"
SPEECH_SCORE = 3.0
"Of a word that is not in the vocabulary, at each place; a sound that is surely it has about 5"


def batches(lessons: Sequence[Lesson], chance: random.Random) -> Iterator[list[Lesson]]:
    """All of them, those of like length together, in an order made by chance."""
    order = sorted(lessons, key=lambda lesson: len(lesson.frames) + chance.uniform(0, 60))
    together: list[list[Lesson]] = [[]]
    for lesson in order:
        if (len(together[-1]) + 1) * len(lesson.frames) > BATCH_FRAMES:
            together.append([])
        together[-1].append(lesson)
    chance.shuffle(together)
    yield from together


def padded(lessons: Sequence[Lesson]) -> tuple[torch.Tensor, torch.Tensor]:
    """Frames and labels of a batch; the first and the last frame stand for what is beyond, as in
    Kaldi.
    """
    places = max(len(lesson.sounds) for lesson in lessons)
    length = CONTEXT + SUBSAMPLING * (places - 1) + 1 + CONTEXT
    frames = np.empty((len(lessons), length, SIZE), np.float32)
    sounds = np.full((len(lessons), places), _UNSEEN, np.int64)
    for row, lesson in enumerate(lessons):
        index = np.clip(np.arange(length) - CONTEXT, 0, len(lesson.frames) - 1)
        frames[row] = lesson.frames[index]
        sounds[row, : len(lesson.sounds)] = lesson.sounds
    return torch.from_numpy(frames), torch.from_numpy(sounds)


def untaught(lessons: Sequence[Lesson], sounds: int, seed: int) -> Network:
    """A network that knows no more than how large its numbers are."""
    torch.manual_seed(seed)
    some = np.concatenate([lesson.frames for lesson in lessons[:500]]).astype(np.float32)
    return Network(
        sounds, torch.from_numpy(some.mean(axis=0)), torch.from_numpy(1 / some.std(axis=0))
    )


def learn(network: Network, lessons: Sequence[Lesson], epochs: int, seed: int) -> Iterator[str]:
    """Change the network in place until it tells the sounds of the lessons apart; gives word of
    how it goes after each time through them.
    """
    chance = random.Random(seed)  # noqa: S311
    steps = sum(1 for _ in batches(lessons, random.Random(seed)))  # noqa: S311
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, total_steps=(steps + 20) * epochs, pct_start=0.15
    )
    network.train()
    for epoch in range(epochs):
        began, right, places, cost = time.monotonic(), 0, 0, 0.0
        for batch in batches(lessons, chance):
            frames, sounds = padded(batch)
            counts = sounds.flatten() != _UNSEEN
            likely, said = network(frames).flatten(0, 1)[counts], sounds.flatten()[counts]
            loss = _surprise(likely, said)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            right += int((likely.detach().argmax(dim=1) == said).sum())
            places += len(said)
            cost += float(loss.detach()) * len(said)
        yield (
            f"epoch {epoch + 1} of {epochs}: loss {cost / places:.3f},"
            f" {right / places:.1%} of the sounds, {time.monotonic() - began:.0f} s"
        )


def _surprise(likely: torch.Tensor, said: torch.Tensor) -> torch.Tensor:
    """Cross-entropy with what was said; a small share of every voiced place is just speech."""
    of_sound = -likely.gather(1, said[:, None])[:, 0]
    of_speech = -likely[:, SPEECH_NUMBER]
    share = _SHARE_OF_SPEECH * (said != SILENCE_NUMBER)
    return ((1 - share) * of_sound + share * of_speech).mean()


def shares(lessons: Sequence[Lesson], sounds: int) -> np.ndarray:
    """How often each sound is met, which the decoder takes off again; each more than 0.

    That of just speech is such that it scores SPEECH_SCORE wherever something is spoken.
    """
    counts = np.ones(sounds)
    for lesson in lessons:
        counts += np.bincount(lesson.sounds, minlength=sounds)
    found = counts / counts.sum()
    found[SPEECH_NUMBER] = _SHARE_OF_SPEECH * math.exp(-SPEECH_SCORE)
    return found
