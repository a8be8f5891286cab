"""The page itself: its session cookie, its headers, and the other sites that it does not listen to."""

import re

import pytest

STATIC_PATHS = re.compile(r"""(?:src|href)="(/[^"]+)\"""")


async def test_first_visit_sets_a_session_that_scripts_cannot_read(gateway):
    client = await gateway.new_client()
    async with client.get("/") as response:
        cookie = response.headers["Set-Cookie"]
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert response.headers["Cache-Control"] == "no-store"
    assert cookie.startswith("linsheng_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


async def test_cookie_is_secure_when_the_operator_says_so(start_gateway):
    gateway = await start_gateway(secure_cookies=True)
    client = await gateway.new_client()
    async with client.get("/") as response:
        assert "Secure" in response.headers["Set-Cookie"]


async def test_next_visit_keeps_the_session(gateway):
    client = await gateway.new_client()
    keys = []
    for _ in range(2):
        async with client.get("/") as response:
            keys.append(response.cookies["linsheng_session"].value.split(".")[0])
    assert keys[0] == keys[1]


async def test_forged_session_is_replaced(gateway):
    client = await gateway.new_client()
    client.session.cookie_jar.update_cookies({"linsheng_session": "0" * 32 + ".abc.def"})
    async with client.get("/") as response:
        assert not response.cookies["linsheng_session"].value.startswith("0" * 32)


async def test_everything_the_page_loads_is_its_own_and_served(gateway):
    client = await gateway.new_client()
    async with client.get("/") as response:
        html = await response.text()
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "https://" not in html
    assert "<script>" not in html
    assert "style=" not in html
    paths = STATIC_PATHS.findall(html)
    assert paths
    for path in paths:
        async with client.get(path) as response:
            assert response.status == 200, path
            assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/webchat/static/index.html", "/healthz", "/nothing"])
async def test_security_headers_are_on_every_answer(gateway, path):
    client = await gateway.new_client()
    async with client.get(path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Request-Id"].startswith("req_")


@pytest.mark.parametrize(
    "path",
    [
        "/webchat/static/../channel.py",
        "/webchat/static/%2e%2e/channel.py",
        "/webchat/static/",
        "/webchat/channel.py",
    ],
)
async def test_only_the_static_files_are_served(gateway, path):
    client = await gateway.new_client()
    async with client.get(path) as response:
        assert response.status in {403, 404}


async def test_socket_from_another_sites_page_is_refused(gateway):
    client = await gateway.new_client()
    await client.get("/")
    headers = {
        "Origin": "https://evil.example", "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    async with client.get("/webchat/socket", headers=headers) as response:
        assert response.status == 403
        assert (await response.json())["code"] == "forbidden"


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
async def test_post_from_another_sites_page_is_refused(gateway, headers):
    client = await gateway.new_client()
    await client.get("/")
    async with client.post("/webchat/photos", data=b"x", headers=headers) as response:
        assert response.status == 403


async def test_own_page_may_post(gateway):
    client = await gateway.new_client()
    await client.get("/")
    origin = str(client.make_url("/")).rstrip("/")
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    async with client.post("/webchat/photos", data=b"x", headers=headers) as response:
        assert response.status == 415
