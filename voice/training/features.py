"""Features: the sound as the recogniser sees it, the very numbers that Vosk computes."""

from __future__ import annotations

import kaldi_native_fbank
import numpy as np

from voice.training.frames import RATE_HZ, SIZE

CONF = f"""--sample-frequency={RATE_HZ}
--use-energy=false
--num-mel-bins={SIZE}
--num-ceps={SIZE}
--low-freq=20
--high-freq=-400
--dither=0
--allow-downsample=true
"""
"The same for Vosk: conf/mfcc.conf"


def mfcc(samples: np.ndarray) -> np.ndarray:
    """Frames of SIZE numbers as float32, of sound in the range of int16; at least one WINDOW."""
    options = kaldi_native_fbank.MfccOptions()
    options.frame_opts.samp_freq = RATE_HZ
    options.frame_opts.dither = 0.0
    options.use_energy = False
    options.num_ceps = SIZE
    options.mel_opts.num_bins = SIZE
    options.mel_opts.low_freq = 20
    options.mel_opts.high_freq = -400
    computer = kaldi_native_fbank.OnlineMfcc(options)
    computer.accept_waveform(RATE_HZ, samples.astype(np.float32).tolist())
    computer.input_finished()
    return np.stack([computer.get_frame(n) for n in range(computer.num_frames_ready)])
