"""Acoustic file: the network as Kaldi's nnet3 reads it, am/final.mdl.

As read by hmm/hmm-topology.cc, hmm/transition-model.cc, nnet3/nnet-nnet.cc and
nnet3/am-nnet-simple.cc of https://github.com/kaldi-asr/kaldi. Each phone has one state; transition
2 * phone - 1 stays in it, 2 * phone leads on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from voice.training.frames import SIZE
from voice.training.inventory import PLACES, Inventory
from voice.training.kaldi_files import BINARY, integer, integers, matrix, real, token, vector
from voice.training.network import CONTEXT, LAYERS, Network

_NO_SOUND = -1
"Of the state behind the last"


def staying(phone: int) -> int:
    """The transition by which a phone goes on."""
    return 2 * phone - 1


def entering(phone: int) -> int:
    """The transition that is the first frame of a phone."""
    return 2 * phone


def acoustic_file(network: Network, inventory: Inventory, shares: np.ndarray) -> bytes:
    """The whole file; `shares` is how often each sound was met in training."""
    return b"".join(
        (
            BINARY, _transitions(inventory),
            token("<Nnet3>"), b"\n", _wiring().encode(), b"\n", _components(network), token("</Nnet3>"),
            token("<LeftContext>"), integer(CONTEXT), token("<RightContext>"), integer(CONTEXT),
            token("<Priors>"), vector(shares),
        )
    )  # fmt: skip


def _transitions(inventory: Inventory) -> bytes:
    phones = range(1, inventory.phones + 1)
    topology = b"".join(
        (
            token("<Topology>"), integers(phones), integers([-1] + [0] * inventory.phones),
            integer(1), integer(2),
            integer(0), integer(2), integer(0), real(0.5), integer(1), real(0.5),
            integer(_NO_SOUND), integer(0),
            token("</Topology>"),
        )
    )  # fmt: skip
    sounds = [0, *(1 + number // len(PLACES) for number in range(inventory.phones - 1))]
    triples = b"".join(
        integer(phone) + integer(0) + integer(sound)
        for phone, sound in zip(phones, sounds, strict=True)
    )
    chances = np.array([0.0] + [math.log(0.5)] * 2 * inventory.phones)
    return b"".join(
        (
            token("<TransitionModel>"), topology,
            token("<Triples>"), integer(inventory.phones), triples, token("</Triples>"),
            token("<LogProbs>"), vector(chances), token("</LogProbs>"),
            token("</TransitionModel>"),
        )
    )  # fmt: skip


def _wiring() -> str:
    """Which component takes what from where."""
    lines, below = [f"input-node name=input dim={SIZE}"], "input"
    for number, layer in enumerate(LAYERS, 1):
        spliced = ", ".join(f"Offset({below}, {offset})" for offset in layer.offsets)
        for name, source in (
            (f"affine{number}", f"Append({spliced})"),
            (f"relu{number}", f"affine{number}"),
        ):
            lines.append(f"component-node name={name} component={name} input={source}")
        below = f"relu{number}"
    lines.append(f"component-node name=affine component=affine input={below}")
    lines.append("component-node name=softmax component=softmax input=affine")
    lines.append("output-node name=output input=softmax objective=linear")
    return "".join(f"{line}\n" for line in lines)


def _components(network: Network) -> bytes:
    written = [token("<ComponentName>") + token(name) + body for name, body in _component(network)]
    return token("<NumComponents>") + integer(len(written)) + b"".join(written)


def _component(network: Network) -> Iterator[tuple[str, bytes]]:
    """Each component by its name; a normalisation is carried over into the next affine part."""
    state = {name: value.double().numpy() for name, value in network.state_dict().items()}
    gain = state["scale"]
    shift = -state["mean"] * gain
    for index, layer in enumerate(LAYERS):
        weight, bias = _carried(
            state[f"affine.{index}.weight"], state[f"affine.{index}.bias"], gain, shift
        )
        yield f"affine{index + 1}", _affine(weight, bias)
        yield f"relu{index + 1}", _nonlinear("RectifiedLinearComponent", layer.width)
        norm = network.norm[index]
        spread = np.sqrt(state[f"norm.{index}.running_var"] + norm.eps)
        gain = state[f"norm.{index}.weight"] / spread
        shift = state[f"norm.{index}.bias"] - state[f"norm.{index}.running_mean"] * gain
    weight, bias = _carried(state["output.weight"], state["output.bias"], gain, shift)
    yield "affine", _affine(weight, bias)
    yield "softmax", _nonlinear("LogSoftmaxComponent", len(bias))


def _carried(
    weight: np.ndarray, bias: np.ndarray, gain: np.ndarray, shift: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The affine part (outputs, offsets * inputs) that takes `x` for `gain * x + shift`; `weight`
    is (outputs, inputs, offsets).
    """
    shifted = bias + np.einsum("oik,i->o", weight, shift)
    scaled = weight * gain[None, :, None]
    return scaled.transpose(0, 2, 1).reshape(len(bias), -1), shifted


def _affine(weight: np.ndarray, bias: np.ndarray) -> bytes:
    return b"".join(
        (
            token("<FixedAffineComponent>"),
            token("<LinearParams>"), matrix(weight), token("<BiasParams>"), vector(bias),
            token("</FixedAffineComponent>"),
        )
    )  # fmt: skip


def _nonlinear(kind: str, width: int) -> bytes:
    none = vector(np.zeros(0))
    return b"".join(
        (
            token(f"<{kind}>"), token("<Dim>"), integer(width),
            token("<ValueAvg>"), none, token("<DerivAvg>"), none, token("<Count>"), real(0),
            token("<OderivRms>"), none, token("<OderivCount>"), real(0),
            token("<NumDimsSelfRepaired>"), real(0), token("<NumDimsProcessed>"), real(0),
            token(f"</{kind}>"),
        )
    )  # fmt: skip
