"""Which arithmetic kernels are asked for."""

import pytest

from engine.kernels import choose

MODERN = "model name : x\nflags\t\t: fpu sse2 fma avx avx2 avx512f\n"
OLD = "flags\t\t: fpu sse2\n"


@pytest.mark.parametrize(
    ("processor", "in_use", "kernels"),
    [
        (MODERN, "Prescott", "Haswell"),
        (MODERN, "Haswell", None),
        (MODERN, "SkylakeX", None),
        (MODERN, None, None),
        (OLD, "Prescott", None),
        ("", "Prescott", None),
    ],
)
def test_better_kernels_are_asked_for_only_where_they_run(
    processor: str, in_use: str | None, kernels: str | None
) -> None:
    assert choose(processor, in_use) == kernels
