"""Where a request comes from, when proxies stand in between."""

from __future__ import annotations

from ipaddress import ip_address

from aiohttp import web


def client_address(request: web.Request, trusted_proxies: str) -> str:
    """The right-most address that is not one of our own proxies.

    X-Forwarded-For is read only when the connection itself comes from a trusted proxy: anybody may
    write the header.
    """
    trusted = {one.strip() for one in trusted_proxies.split(",") if one.strip()}
    nearest = request.remote or "unknown"
    if nearest not in trusted:
        return nearest
    hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    for hop in reversed([hop.strip() for hop in hops]):
        if hop not in trusted:
            return hop if _is_address(hop) else nearest
    return nearest


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
