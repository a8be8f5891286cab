"""Whether a domain is empty."""

from typing import Any

import pytest
from rasa.shared.core.domain import Domain

from tests.engine.support import PROJECT


def test_answer_is_rasas_and_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    full, empty = Domain.load(str(PROJECT / "domain.yml")), Domain.empty()
    for _ in range(2):
        assert full.is_empty() is False
        assert empty.is_empty() is True

    def as_dict(domain: Domain) -> Any:
        raise AssertionError("the domain was compared again")

    monkeypatch.setattr(Domain, "as_dict", as_dict)
    assert full.is_empty() is False
