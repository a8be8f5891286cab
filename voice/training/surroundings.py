"""Surroundings: what lies between a mouth and a recogniser: rooms, noise, telephones, distance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

from voice.training.frames import RATE_HZ

LOUDEST, SOFTEST = 3_500.0, 150.0
"Root mean square of int16 samples"
_SHARE_IN_A_ROOM, _SHARE_NOISY, _SHARE_BY_TELEPHONE = 0.4, 0.75, 0.1


def at_rate(samples: np.ndarray, rate_hz: int, speed: float = 1.0) -> np.ndarray:
    """The same as float64 at RATE_HZ; at `speed` 1.1 a tenth faster and higher."""
    share = max(1, round(1_000 * RATE_HZ / (rate_hz * speed)))
    return np.asarray(resample_poly(samples.astype(np.float64), share, 1_000))


def noise(samples: int, chance: np.random.Generator) -> np.ndarray:
    """Something between white and brown noise, perhaps with the hum of a machine; of power 1."""
    length = next_fast_len(samples, real=True)
    spectrum = rfft(chance.standard_normal(length))
    frequency = np.maximum(np.fft.rfftfreq(length, 1 / RATE_HZ), 30.0)
    made = irfft(spectrum / frequency ** chance.uniform(0.0, 1.0), length)[:samples]
    made /= np.sqrt(np.mean(made**2))
    if chance.random() < 0.2:
        pitch = chance.uniform(45, 240) * np.arange(1, 6)[:, None]
        times = np.arange(samples) / RATE_HZ
        made += (np.sin(2 * np.pi * pitch * times) / np.arange(1, 6)[:, None]).sum(axis=0)
    return made / np.sqrt(np.mean(made**2))


def with_noise(clean: np.ndarray, made: np.ndarray, ratio_db: float) -> np.ndarray:
    """Both together; `made` is of power 1, and the sound lies `ratio_db` above it."""
    power = np.mean(clean**2)
    return clean + made[: len(clean)] * np.sqrt(power / 10 ** (ratio_db / 10))


def in_a_room(clean: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """With the echo of a room of 0.1 to 0.6 s reverberation; begins and ends as it did."""
    reverberation_s = chance.uniform(0.1, 0.6)
    times = np.arange(int(reverberation_s * RATE_HZ)) / RATE_HZ
    echo = chance.standard_normal(len(times)) * 10 ** (-3 * times / reverberation_s)
    echo *= chance.uniform(0.2, 1.0) / np.sqrt(np.sum(echo**2))
    echo[: int(chance.uniform(0.001, 0.01) * RATE_HZ)] = 0
    echo[0] = 1.0
    return np.asarray(fftconvolve(clean, echo))[: len(clean)]


def babble(voices: Sequence[np.ndarray], samples: int, chance: np.random.Generator) -> np.ndarray:
    """Several people who talk at once; of power 1."""
    talk = np.zeros(samples)
    for _ in range(4):
        voice = voices[int(chance.integers(len(voices)))].astype(np.float64)
        talk += np.resize(np.roll(voice, int(chance.integers(len(voice)))), samples)
    return talk / np.sqrt(np.mean(talk**2) + 1.0)


def heard(
    clean: np.ndarray, voices: Sequence[np.ndarray], chance: np.random.Generator
) -> np.ndarray:
    """The sound as it might arrive, in the range of int16 and of the same length."""
    sound = clean
    if chance.random() < _SHARE_IN_A_ROOM:
        sound = in_a_room(sound, chance)
    if chance.random() < _SHARE_NOISY:
        several = chance.random() < 0.25 and len(voices) > 0
        made = babble(voices, len(sound), chance) if several else noise(len(sound), chance)
        sound = with_noise(sound, made, chance.uniform(10 if several else 5, 30))
    if chance.random() < _SHARE_BY_TELEPHONE:
        sound = np.asarray(
            sosfilt(butter(4, (300, 3_400), "band", fs=RATE_HZ, output="sos"), sound)
        )
    loudness = np.exp(chance.uniform(np.log(SOFTEST), np.log(LOUDEST)))
    sound = sound * (loudness / (np.sqrt(np.mean(sound**2)) + 1e-3))
    hiss = chance.standard_normal(len(sound)) * chance.choice((0.0, 0.3, 1.0, 3.0))
    return np.clip(np.round(sound + hiss), -32_768, 32_767)
