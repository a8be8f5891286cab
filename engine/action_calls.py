"""Calls to the action server go over one kept connection, have a deadline, and leave the domain out.

`install` lets `rasa.core.utils.AvailableEndpoints.read_endpoints` give an `ActionEndpoint` for `action_endpoint`, in
place of `rasa.utils.endpoints.EndpointConfig`, which opens a client session and a connection for every action; and has
`rasa.core.run.close_resources` close it. In endpoints.yml:

    action_endpoint:
      url: http://127.0.0.1:5055/webhook
      timeout_s: 10           # of one call; this is the default
      domain_digest: true     # for rasa-sdk 3.8 or later: the domain is sent only when the action server asks for it

With `domain_digest` each call names the domain by its digest, and an action server that does not hold that domain
answers 449. Source: rasa_sdk.executor.ActionExecutor.update_and_return_domain (rasa-sdk 3.21.1).
"""

import hashlib
from typing import Any

import aiohttp
import rasa.core.run
import ujson
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import ClientResponseError, EndpointConfig, concat_url

DEFAULT_TIMEOUT_S = 10.0
DOMAIN_WANTED = 449

_read_endpoints = AvailableEndpoints.read_endpoints.__func__
_close_resources = rasa.core.run.close_resources


def install() -> None:
    """Use this endpoint for actions from now on."""
    AvailableEndpoints.read_endpoints = classmethod(_read_endpoints_with_action_endpoint)
    rasa.core.run.close_resources = _close_resources_and_session


class ActionEndpoint(EndpointConfig):
    """The address of the action server and the session that is open to it."""

    def __init__(
        self, *, timeout_s: float = DEFAULT_TIMEOUT_S, domain_digest: bool = False, **config: Any
    ) -> None:
        super().__init__(**config)
        self._timeout = aiohttp.ClientTimeout(total=float(timeout_s))
        self._uses_digest = bool(domain_digest)
        self._session: aiohttp.ClientSession | None = None
        self._domain: dict[str, Any] | None = None
        self._digest = ""

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        json: dict[str, Any] | None = None,
        **options: Any,
    ) -> Any:
        """The JSON answer, or None when it is not JSON. A `timeout` among the options gives way to `timeout_s`.

        Raises `rasa.utils.endpoints.ClientResponseError` when the status is 400 or above.
        """
        options.pop("timeout", None)
        body = dict(json or {})
        domain = body.pop("domain", None)
        if domain is None or not self._uses_digest:
            return await self._send(method, subpath, content_type, compress, json, options)
        body["domain_digest"] = self._digest_of(domain)
        try:
            return await self._send(method, subpath, content_type, compress, body, options)
        except ClientResponseError as error:
            if error.status != DOMAIN_WANTED:
                raise
        body["domain"] = domain
        return await self._send(method, subpath, content_type, compress, body, options)

    async def close(self) -> None:
        """Close the session; the next request opens another."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _send(
        self,
        method: str,
        subpath: str | None,
        content_type: str | None,
        compress: bool,
        body: dict[str, Any] | None,
        options: dict[str, Any],
    ) -> Any:
        if self._session is None:
            self._session = self.session()
        headers = dict(self.headers)
        if content_type:
            headers.setdefault("Content-Type", content_type)
        async with self._session.request(
            method,
            concat_url(self.url, subpath),
            params=self.combine_parameters(options),
            data=ujson.dumps(body, ensure_ascii=False).encode(),
            headers=headers,
            timeout=self._timeout,
            compress=compress or None,
            **options,
        ) as response:
            content = await response.read()
            if response.status >= 400:
                raise ClientResponseError(response.status, response.reason, content)
            is_json = response.content_type == "application/json"
            return ujson.loads(content) if is_json else None

    def _digest_of(self, domain: dict[str, Any]) -> str:
        if self._domain is not domain:
            self._domain = domain
            self._digest = hashlib.sha256(ujson.dumps(domain, sort_keys=True).encode()).hexdigest()
        return self._digest


def _read_endpoints_with_action_endpoint(
    endpoints: type[AvailableEndpoints], endpoint_file: str
) -> AvailableEndpoints:
    read = _read_endpoints(endpoints, endpoint_file)
    if read.action is not None:
        read.action = _action_endpoint(read.action)
    return read


def _action_endpoint(config: EndpointConfig) -> ActionEndpoint:
    return ActionEndpoint(
        url=config.url,
        params=config.params,
        headers=config.headers,
        basic_auth=config.basic_auth,
        token=config.token,
        token_name=config.token_name,
        cafile=config.cafile,
        **config.kwargs,
    )


async def _close_resources_and_session(app: Any, loop: Any) -> None:
    agent = getattr(app.ctx, "agent", None)
    if agent is not None and isinstance(agent.action_endpoint, ActionEndpoint):
        await agent.action_endpoint.close()
    await _close_resources(app, loop)
