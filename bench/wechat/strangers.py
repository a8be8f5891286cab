"""G2: pushes that WeChat did not send: none reaches the inbox, and all are refused alike.

True pushes that were captured and are sent again, to the letter, change nothing, and are refused
as well once they are old.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import hashlib
import inspect
import random
import statistics
import textwrap
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bench.errors import BenchError
from bench.goal import Extent, Result, percentile, tell
from bench.wechat import account
from bench.wechat.account import ACCOUNT, TOKEN
from bench.wechat.bot import Bot
from bench.wechat.gateway import Place, inside
from community.times import FixedClock
from connectors.wechat.crypto import SKEW_MAX_S, Cipher, Refused
from connectors.wechat.xml import write

SIGNATURE_CHARACTERS = 40
NOTICEABLE_SIGMA = 4.0
TELL_EVERY = 2000
OF_ITS_OWN = frozenset({"date", "x-request-id"})
"Headers that differ between any two answers"

Request = tuple[dict[str, str], bytes]
Forger = Callable[[Place, random.Random, int], Request]


@dataclass
class Answers:
    """What the strangers got."""

    kinds: set[tuple[object, ...]] = field(default_factory=set)
    "Status, body and headers"
    took_us: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def g2(extent: Extent) -> Result:
    """Forged, downgraded and foreign pushes in turn, one at a time, over HTTP; then replayed ones."""
    return asyncio.run(_measure(extent.of(10_000, 140), extent.of(4_000, 40)))


async def _measure(requests: int, rounds: int) -> Result:
    dice, answers = random.Random(2), Answers()  # noqa: S311 - repeatable
    clock = FixedClock(datetime(2025, 11, 3, 6, tzinfo=UTC))
    async with inside(Bot(), clock=clock) as place:
        for number in range(requests):
            name = list(FORGERS)[number % len(FORGERS)]
            request = FORGERS[name](place, dice, number)
            await _post(place, name, request, answers)
            if number % TELL_EVERY == TELL_EVERY - 1:
                tell(f"G2: {number + 1} of {requests} forged pushes")
        counted = "SELECT (SELECT count(*) FROM inbound) + (SELECT count(*) FROM conversation)"
        reached = int(place.rows(counted)[0][0])
        heard = (await place.line.attempt(_push(0))).words
        changed = await _replay(place, clock, answers)
    tell("G2: how long wrong signatures take, by the characters that match")
    slope_ns, error_ns = _slope(_by_prefix(dice, rounds))
    means = [statistics.fmean(times) for times in answers.took_us.values()]
    measured: dict[str, float | int | str | None] = {
        "pushes": requests,
        "in_the_inbox": reached,
        "different_answers": len(answers.kinds),
        "status": ", ".join(sorted({str(kind[0]) for kind in answers.kinds})),
        "a_true_one_is_taken": "yes" if heard is not None else "no",
        "tables_changed_by_replays": ", ".join(changed) or "none",
        "compares_by_compare_digest": "yes" if _compares_in_constant_time() else "no",
        "ns_per_matching_character": slope_ns,
        "its_standard_error_ns": error_ns,
        "slowest_to_quickest_class": max(means) / min(means),
    }
    measured |= {
        f"{name}_us": f"{statistics.fmean(times):.0f} ± {statistics.stdev(times):.0f}, "
        f"p50 {percentile(times, 50):.0f}"
        for name, times in answers.took_us.items()
    }
    alike = len(answers.kinds) == 1 and reached == 0 and heard is not None
    return Result(
        "G2", "0 reach the inbox, one status and body for all, no trend in their times, no replay counts",
        measured, alike and not changed and _compares_in_constant_time(),
        fast=abs(slope_ns) < NOTICEABLE_SIGMA * error_ns,
    )  # fmt: skip


async def _replay(place: Place, clock: FixedClock, answers: Answers) -> list[str]:
    """Send true pushes again at once and when they are old; the tables that this changes."""
    true = []
    for number, fields in enumerate(TRUE):
        clock.advance(1)
        inside_it = account.message("oResident", fields, int(clock.now().timestamp()))
        true.append(place.line.sealed(inside_it))
        if not (await place.line.post(*true[-1])).arrived:
            raise BenchError(f"true push {number} was refused")
    await place.settled()
    before = _everything(place)
    for request in true:
        await place.line.post(*request)
    await place.settled()
    changed = _changed(before, _everything(place))
    clock.advance(SKEW_MAX_S + len(TRUE))
    await place.say("oAnother", "现在", len(TRUE))
    await place.settled()
    before = _everything(place)
    for request in true:
        await _post(place, "replayed", request, answers)
    await place.settled()
    return [*changed, *_changed(before, _everything(place))]


TRUE: list[account.Fields] = [
    [("MsgType", "event"), ("Event", "subscribe"), ("EventKey", "")],
    account.text("厨房漏水", 1),
    account.tap("我要报修"),
    [("MsgType", "event"), ("Event", "SCAN"), ("EventKey", "poster"), ("Ticket", "t")],
    [("MsgType", "location"), ("Location_X", "31.2"), ("Location_Y", "121.4"), ("MsgId", 2)],
    [("MsgType", "event"), ("Event", "unsubscribe"), ("EventKey", "")],
    [("MsgType", "event"), ("Event", "subscribe"), ("EventKey", "")],
]
"What a resident does, a second apart"


def _everything(place: Place) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    names = place.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE T%'"
    )
    return {name: place.rows(f"SELECT * FROM {name}") for (name,) in names}  # noqa: S608 - our own


def _changed(
    before: dict[str, list[tuple[object, ...]]], after: dict[str, list[tuple[object, ...]]]
) -> list[str]:
    return [name for name, found in after.items() if found != before[name]]


async def _post(place: Place, name: str, request: Request, answers: Answers) -> None:
    query, body = request
    began = time.perf_counter_ns()
    async with place.line.session.post(place.line.url, params=query, data=body) as response:
        answered = await response.read()
    answers.took_us[name].append((time.perf_counter_ns() - began) / 1000)
    shown = sorted(item for item in response.headers.items() if item[0].lower() not in OF_ITS_OWN)
    answers.kinds.add((response.status, answered, *shown))


def _push(number: int, *, to: str = ACCOUNT) -> bytes:
    fields = account.text(f"偷偷说{number}", number + 1)
    return account.message("oStranger", fields, 1_700_000_000, account=to)


def _wrong_signature(place: Place, dice: random.Random, number: int) -> Request:
    query, body = place.line.sealed(_push(number))
    return query | {"msg_signature": dice.randbytes(20).hex()}, body


def _no_signature(place: Place, dice: random.Random, number: int) -> Request:
    query, body = place.line.sealed(_push(number))
    return {name: query[name] for name in ("encrypt_type", "timestamp", "nonce")}, body


def _foreign_token(place: Place, dice: random.Random, number: int) -> Request:
    return _sealed_by(account.cipher(token="another-token"), number)  # noqa: S106 - of nobody


def _foreign_appid(place: Place, dice: random.Random, number: int) -> Request:
    return _sealed_by(account.cipher(appid="wx0000000000000000"), number)


def _foreign_account(place: Place, dice: random.Random, number: int) -> Request:
    """Rightly sealed, but addressed to another account inside."""
    return place.line.sealed(_push(number, to="gh_of_another"))


def _changed_body(place: Place, dice: random.Random, number: int) -> Request:
    """The signature of one true push with the body of another."""
    query, _ = place.line.sealed(_push(number))
    _, body = place.line.sealed(_push(number + 1))
    return query, body


def _changed_byte(place: Place, dice: random.Random, number: int) -> Request:
    """A true push with another first block, as one tries who wants to learn of the padding."""
    query, body = place.line.sealed(_push(number))
    _, _, rest = body.partition(b"<Encrypt><![CDATA[")
    sealed = bytearray(base64.b64decode(rest.partition(b"]]>")[0]))
    sealed[-dice.randint(17, 32)] ^= dice.randint(1, 255)
    return query, write([("ToUserName", ACCOUNT), ("Encrypt", base64.b64encode(sealed).decode())])


def _signed_padding(place: Place, dice: random.Random, number: int) -> Request:
    """As before, but rightly signed, by one who has the token and not the key."""
    query, body = _changed_byte(place, dice, number)
    encrypt = body.partition(b"<Encrypt><![CDATA[")[2].partition(b"]]>")[0].decode()
    return query | {
        "msg_signature": _sha1(TOKEN, query["timestamp"], query["nonce"], encrypt)
    }, body


def _plain(place: Place, dice: random.Random, number: int) -> Request:
    """A downgrade: a plain body with the signature that covers no body."""
    query = {"timestamp": "1700000000", "nonce": str(number)}
    return query | {"signature": _sha1(TOKEN, *query.values())}, _push(number)


def _plain_called_sealed(place: Place, dice: random.Random, number: int) -> Request:
    query, body = _plain(place, dice, number)
    return query | {"encrypt_type": "aes", "msg_signature": query["signature"]}, body


def _sealed_called_plain(place: Place, dice: random.Random, number: int) -> Request:
    query, body = place.line.sealed(_push(number))
    return query | {"encrypt_type": "raw"}, body


def _noise(place: Place, dice: random.Random, number: int) -> Request:
    query, _ = place.line.sealed(_push(number))
    return query, dice.randbytes(300)


def _json(place: Place, dice: random.Random, number: int) -> Request:
    query, _ = place.line.sealed(_push(number))
    return query, b'{"ToUserName": "gh_measured", "Encrypt": {"Encrypt": 3}}'


def _entity(place: Place, dice: random.Random, number: int) -> Request:
    query, _ = place.line.sealed(_push(number))
    return query, b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml>&e;</xml>'


FORGERS: dict[str, Forger] = {
    forger.__name__.strip("_"): forger
    for forger in (
        _wrong_signature, _no_signature, _foreign_token, _foreign_appid, _foreign_account,
        _changed_body, _changed_byte, _signed_padding, _plain, _plain_called_sealed,
        _sealed_called_plain, _noise, _json, _entity,
    )
}  # fmt: skip


def _sealed_by(cipher: Cipher, number: int) -> Request:
    when = {"timestamp": "1700000000", "nonce": str(number)}
    sealed = cipher.seal(_push(number), **when)
    query = when | {"encrypt_type": "aes", "msg_signature": sealed.signature}
    return query, write([("ToUserName", ACCOUNT), ("Encrypt", sealed.encrypt)])


def _sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def _compares_in_constant_time() -> bool:
    """Whether the function that judges signatures compares with `hmac.compare_digest` and not `==`."""
    judge = ast.parse(textwrap.dedent(inspect.getsource(Cipher._verify)))
    calls = {ast.unparse(node.func) for node in ast.walk(judge) if isinstance(node, ast.Call)}
    compares = any(isinstance(node, ast.Compare) for node in ast.walk(judge))
    return "hmac.compare_digest" in calls and not compares


def _by_prefix(dice: random.Random, rounds: int) -> list[tuple[int, float]]:
    """(matching leading characters, nanoseconds) of refusals, in random order, without HTTP."""
    cipher, when = account.cipher(), {"timestamp": "1700000000", "nonce": "1"}
    sealed = cipher.seal(_push(0), **when)
    wrong = [_matching(sealed.signature, count) for count in range(SIGNATURE_CHARACTERS)]
    taken: list[tuple[int, float]] = []
    for _ in range(rounds):
        for count in dice.sample(range(SIGNATURE_CHARACTERS), SIGNATURE_CHARACTERS):
            began = time.perf_counter_ns()
            try:
                cipher.open(sealed.encrypt, **when, msg_signature=wrong[count])
            except Refused:
                taken.append((count, time.perf_counter_ns() - began))
    return taken


def _matching(signature: str, count: int) -> str:
    """A signature of which exactly so many leading characters are right."""
    return signature[:count] + "".join("1" if sign == "0" else "0" for sign in signature[count:])


def _slope(taken: list[tuple[int, float]]) -> tuple[float, float]:
    """Nanoseconds that each further matching character costs, and the standard error of that.

    Of the quicker nine tenths: what the machine did beside it stands in the slowest.
    """
    limit = percentile([ns for _, ns in taken], 90)
    kept = [(count, ns) for count, ns in taken if ns <= limit]
    counts, times = zip(*kept, strict=True)
    fitted = statistics.linear_regression(counts, times)
    residuals = [ns - fitted.intercept - fitted.slope * count for count, ns in kept]
    spread = statistics.pvariance(counts) * len(kept)
    return fitted.slope, (
        statistics.pvariance(residuals) * len(kept) / (len(kept) - 2) / spread
    ) ** 0.5
