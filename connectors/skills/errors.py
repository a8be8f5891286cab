"""What keeps a request from being understood."""

from __future__ import annotations

from community.errors import BadInput


class Unreadable(BadInput):
    """The maker's own request, in a shape that is not known."""
