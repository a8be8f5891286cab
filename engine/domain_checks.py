"""Whether a domain is empty is asked of every message; the answer is found once.

Replaces `rasa.shared.core.domain.Domain.is_empty`, which builds an empty domain and compares all of both.
"""

from rasa.shared.core.domain import Domain

_compare_with_empty = Domain.is_empty


def install() -> None:
    """Remember the answer with the domain."""
    Domain.is_empty = _is_empty


def _is_empty(domain: Domain) -> bool:
    if "_empty" not in domain.__dict__:
        domain._empty = _compare_with_empty(domain)
    return domain._empty
