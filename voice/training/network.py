"""Network: the acoustic model, which tells the sound of every third frame from those around it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from voice.training.frames import SIZE, SUBSAMPLING


@dataclass(frozen=True)
class Layer:
    """What one layer looks at: places of the layer below, in frames of features."""

    offsets: tuple[int, ...]
    width: int


LAYERS = (
    Layer((-2, -1, 0, 1, 2), 160),
    Layer((-1, 0, 1), 208),
    Layer((-3, 0, 3), 208),
    Layer((-3, 0, 3), 208),
    Layer((-6, 0, 6), 208),
    Layer((-9, 0, 9), 208),
)
_AT_EVERY_FRAME = 1
"Layers that are computed at every frame; those above them at every third"
CONTEXT = sum(layer.offsets[-1] for layer in LAYERS)
"Frames that it looks at to each side"


class Network(nn.Module):
    """Time-delay layers, each an affine part, a rectifier and a normalisation.

    Takes frames padded by CONTEXT at both sides (batch, frames, SIZE), gives for every third
    frame the logarithms of how likely each sound is (batch, places, sounds).
    """

    def __init__(self, sounds: int, mean: torch.Tensor, scale: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)
        self.affine, self.norm = nn.ModuleList(), nn.ModuleList()
        below = SIZE
        for index, layer in enumerate(LAYERS):
            step = layer.offsets[1] - layer.offsets[0]
            self.affine.append(
                nn.Conv1d(
                    below,
                    layer.width,
                    len(layer.offsets),
                    stride=SUBSAMPLING if index == _AT_EVERY_FRAME else 1,
                    dilation=step if index <= _AT_EVERY_FRAME else step // SUBSAMPLING,
                )
            )
            self.norm.append(nn.BatchNorm1d(layer.width))
            below = layer.width
        self.output = nn.Conv1d(below, sounds, 1)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        hidden = ((frames - self.mean) * self.scale).transpose(1, 2)
        for affine, norm in zip(self.affine, self.norm, strict=True):
            hidden = norm(torch.relu(affine(hidden)))
        return torch.log_softmax(self.output(hidden).transpose(1, 2), dim=-1)
