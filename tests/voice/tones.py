"""A model for Vosk whose words are tones: whole, made in a second, and heard without a mistake.

What it consists of is that of any Kaldi model: `am/final.mdl` (here one affine layer before a
softmax, in Kaldi's text form), the graph in OpenFst's vector format, word list and settings.
Sources: kaldi-asr/kaldi src/feat/feature-mfcc.cc, src/hmm/transition-model.cc, src/nnet3/nnet-nnet.cc;
OpenFst fst.h (FstHeader) and vector-fst.h.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

HZ = 16_000
WORDS = {
    "救命": 400, "停": 600, "三": 850, "号楼": 1_200, "是": 1_700, "不": 2_400, "嗯": 3_200,
}  # fmt: skip
"Each word's tone in hertz"
CEPSTRA = 40
FRAME, STEP, FFT = 400, 160, 512


def tone(word: str, seconds: float = 0.4, loud: int = 8_000) -> np.ndarray:
    time = np.arange(int(HZ * seconds)) / HZ
    return loud * np.sin(2 * np.pi * WORDS[word] * time)


def sound(*parts: str | float) -> bytes:
    """Words and seconds of silence, one after the other, with a little noise under all of it."""
    return samples(*parts).astype("<i2").tobytes()


def samples(*parts: str | float) -> np.ndarray:
    whole = np.concatenate(
        [np.zeros(int(HZ * part)) if isinstance(part, float) else tone(part) for part in parts]
    )
    return whole + np.random.default_rng(5).normal(size=len(whole)) * 20


def make(folder: Path, *, static: bool = False) -> Path:
    """Write the model into `folder`; with a static graph it takes no grammar."""
    weights, bias = _trained()
    for name in ("am", "conf", "graph/phones"):
        (folder / name).mkdir(parents=True)
    (folder / "am/final.mdl").write_text(_transitions() + _net(weights, bias))
    (folder / "conf/mfcc.conf").write_text(
        "--sample-frequency=16000\n--use-energy=false\n--num-mel-bins=40\n--num-ceps=40\n"
        "--low-freq=20\n--high-freq=-400\n--dither=0.0\n"
    )
    (folder / "conf/model.conf").write_text(
        "--min-active=20\n--max-active=300\n--beam=13.0\n--lattice-beam=6.0\n"
        "--acoustic-scale=1.0\n--frame-subsampling-factor=3\n--endpoint.silence-phones=1\n"
        "--endpoint.rule2.min-trailing-silence=0.5\n--endpoint.rule3.min-trailing-silence=0.75\n"
        "--endpoint.rule4.min-trailing-silence=1.0\n"
    )
    (folder / "graph/words.txt").write_text(
        "<eps> 0\n" + "".join(f"{word} {number}\n" for number, word in enumerate(WORDS, 1)), "utf-8"
    )
    (folder / "graph/phones/word_boundary.int").write_text(
        "1 nonword\n" + "".join(f"{number + 1} singleton\n" for number in range(1, len(WORDS) + 1))
    )
    if static:
        (folder / "graph/HCLG.fst").write_bytes(_phones(word_cost=3.0))
    else:
        (folder / "graph/HCLr.fst").write_bytes(_phones(word_cost=0.0))
        (folder / "graph/Gr.fst").write_bytes(_any_words(cost=3.0))
        (folder / "graph/disambig_tid.int").write_text("1000\n")
    return folder


def _cepstra(sound: np.ndarray) -> np.ndarray:
    """Kaldi's MFCC of `conf/mfcc.conf`, one row for each frame."""
    count = 1 + (len(sound) - FRAME) // STEP
    frames = np.stack([sound[at * STEP : at * STEP + FRAME] for at in range(count)])
    frames = frames - frames.mean(axis=1, keepdims=True)
    frames = frames - 0.97 * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / (FRAME - 1))) ** 0.85
    power = np.abs(np.fft.rfft(frames * window, FFT)) ** 2
    logs = np.log(np.maximum(power[:, : FFT // 2] @ _mel_bank().T, np.finfo(np.float32).eps))
    turns = np.outer(np.arange(CEPSTRA), np.arange(40) + 0.5) * np.pi / 40
    cosines = np.cos(turns) * np.sqrt(2 / 40)
    cosines[0] = np.sqrt(1 / 40)
    lifter = 1 + 11 * np.sin(np.pi * np.arange(CEPSTRA) / 22)
    return logs @ cosines.T * lifter


def _mel_bank() -> np.ndarray:
    low, high = (1127 * np.log(1 + hz / 700) for hz in (20, HZ / 2 - 400))
    edges = low + (high - low) * np.arange(42) / 41
    mel = 1127 * np.log(1 + np.arange(FFT // 2) * HZ / FFT / 700)
    up = (mel - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - mel) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(up, down))


def _trained() -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias that tell the tones and silence apart: of Gaussians with one covariance."""
    dice = np.random.default_rng(1)
    means, inside = [], np.zeros((CEPSTRA, CEPSTRA))
    for word in [None, *WORDS]:
        rows = []
        for loud in (1_000, 2_000, 4_000, 8_000, 16_000):
            quiet = dice.normal(size=HZ // 2) * (loud / 200 if word is None else 20)
            rows.append(_cepstra(quiet + (0 if word is None else tone(word, 0.5, loud))))
        seen = np.vstack(rows)
        means.append(seen.mean(axis=0))
        inside += np.cov(seen.T)
    middle = np.stack(means)
    weights = np.linalg.solve(inside / len(means) + 20 * np.eye(CEPSTRA), middle.T).T
    return weights, -0.5 * np.sum(weights * middle, axis=1)


def _transitions() -> str:
    """A phone of one state for silence and for each word."""
    count = len(WORDS) + 1
    phones = " ".join(str(phone) for phone in range(1, count + 1))
    triples = "".join(f"{phone} 0 {phone - 1}\n" for phone in range(1, count + 1))
    return (
        f"<TransitionModel>\n<Topology>\n<TopologyEntry>\n<ForPhones>\n{phones}\n</ForPhones>\n"
        "<State> 0 <PdfClass> 0 <Transition> 0 0.5 <Transition> 1 0.5 </State>\n<State> 1 </State>\n"
        f"</TopologyEntry>\n</Topology>\n<Triples> {count}\n{triples}</Triples>\n"
        f"<LogProbs>\n [ 0 {'-0.693 ' * (2 * count)}]\n</LogProbs>\n</TransitionModel>\n"
    )


def _net(weights: np.ndarray, bias: np.ndarray) -> str:
    rows = "\n".join("  " + " ".join(f"{value:.6g}" for value in row) for row in weights)
    return (
        "<Nnet3> \ninput-node name=input dim=40\n"
        "component-node name=affine component=affine input=input\n"
        "component-node name=soft component=soft input=affine\n"
        "output-node name=output input=soft objective=linear\n\n<NumComponents> 2\n"
        f"<ComponentName> affine <FixedAffineComponent> <LinearParams>  [\n{rows} ]\n"
        f"<BiasParams>  [ {' '.join(f'{value:.6g}' for value in bias)} ]\n</FixedAffineComponent>\n"
        f"<ComponentName> soft <LogSoftmaxComponent> <Dim> {len(bias)} <ValueAvg>  [ ]\n"
        "<DerivAvg>  [ ]\n<Count> 0 <OderivRms>  [ ]\n<OderivCount> 0 <NumDimsSelfRepaired> 0 "
        "<NumDimsProcessed> 0 </LogSoftmaxComponent>\n"
        "</Nnet3> <LeftContext> 0 <RightContext> 0 <Priors>  [ ]\n"
    )


def _phones(word_cost: float) -> bytes:
    """Transitions in, words out: from the one state through a phone's own and back."""
    count = len(WORDS) + 1
    costs = [0.1] + [word_cost] * len(WORDS)
    states = [(0.0, [(2 * phone + 2, phone, costs[phone], phone + 1) for phone in range(count)])]
    for phone in range(count):
        stay, leave = (2 * phone + 1, 0, 0.05, phone + 1), (0, 0, 0.05, 0)
        states.append((float("inf"), [stay, leave]))
    return _fst(states)


def _any_words(cost: float) -> bytes:
    return _fst([(0.0, [(word, word, cost, 0) for word in range(1, len(WORDS) + 1)])])


def _fst(states: list[tuple[float, list[tuple[int, int, float, int]]]]) -> bytes:
    """Each state's final weight, and its arcs: label in, label out, weight, next state."""
    names = b"".join(struct.pack("<i", len(name)) + name for name in (b"vector", b"standard"))
    arcs = sum(len(leaving) for _, leaving in states)
    expanded_and_mutable = 3
    head = struct.pack("<i", 2_125_659_606) + names
    head += struct.pack("<iiQqqq", 2, 0, expanded_and_mutable, 0, len(states), arcs)
    return head + b"".join(
        struct.pack("<fq", final, len(leaving))
        + b"".join(struct.pack("<iifi", *arc) for arc in leaving)
        for final, leaving in states
    )
