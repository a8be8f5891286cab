"""A value together with the stretch of text that said it."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Found(Generic[T]):
    """A value read out of a text; `text[start:end]` is the resident's own wording."""

    start: int
    end: int
    value: T
