"""G1: published vectors, a million bodies that are broken, and another library as witness."""

from __future__ import annotations

import base64
import importlib
import importlib.util
import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

from bench.goal import Extent, Result, tell
from bench.script import ROOT
from bench.wechat import account, mutations
from community.config import Secret
from connectors.wechat import push
from connectors.wechat.crypto import Cause, Cipher, Refused

VECTORS = ROOT / "tests/connectors/wechat/vectors.json"
CASES_AT_ONCE, TRIPS_AT_ONCE = 20_000, 5_000
TRIPS_OF_A_KEY = 50
KINDS = (mutations.outer, mutations.inner, mutations.shaped, mutations.ciphertext)
TELL_EVERY_PARTS = 5
NOT_OURS = "jssdk-signature"
"Signs web pages, which nothing here does"

Done = TypeVar("Done")


def g1(extent: Extent) -> Result:
    """All of the crypto goal; a part whose data or library is not here is told as skipped."""
    began = time.monotonic()
    mutants = _mutants(extent.of(1_000_000, 3_000))
    took_s = time.monotonic() - began
    measured: dict[str, float | int | str | None] = {
        "bodies": sum(mutants.values()),
        "opened_and_parsed": mutants["parsed"],
        "refused": mutants["refused"],
        "unforeseen": sum(mutants.values()) - mutants["parsed"] - mutants["refused"],
        "bodies_per_s": sum(mutants.values()) / took_s,
    }
    unforeseen = [name for name in mutants if name not in {"parsed", "refused"}]
    if unforeseen:
        measured["first_unforeseen"] = unforeseen[0]
    skipped = []
    wrong = _vectors_wrong()
    if wrong is None:
        skipped.append(f"vectors: no {VECTORS.name} in the tests")
    else:
        measured |= {"vectors": len(wrong), "vectors_wrong": sum(wrong.values())}
    if importlib.util.find_spec("wechatpy") is None:
        skipped.append("round trips: wechatpy is not installed")
    else:
        trips, unequal = _trips(extent.of(100_000, 400))
        measured |= {"round_trips": trips, "unequal": unequal}
    bad = ("unforeseen", "vectors_wrong", "unequal")
    ok = not any(measured.get(name) for name in bad)
    line = "vectors right, 0 unforeseen exceptions, equal to wechatpy both ways"
    return Result("G1", line, measured, ok, "; ".join(skipped))


def _mutants(count: int) -> Counter[str]:
    """How many bodies were parsed or refused; anything else is named by its exception."""
    return sum(_in_processes(_judge, count, CASES_AT_ONCE), Counter())


def _trips(count: int) -> tuple[int, int]:
    """How many round trips each way, and how many of them were not equal."""
    return count, sum(_in_processes(_round_trips, count, TRIPS_AT_ONCE))


def _in_processes(work: Callable[[int, int], Done], count: int, at_once: int) -> list[Done]:
    """Do `work(seed, count)` in parts, on all cores when there is more than one part."""
    parts = [(start, min(at_once, count - start)) for start in range(0, count, at_once)]
    if len(parts) == 1:
        return [work(*parts[0])]
    done: list[Done] = []
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as cores:
        for result in cores.map(work, *zip(*parts, strict=True)):
            done.append(result)
            if len(done) % TELL_EVERY_PARTS == 0:
                tell(f"G1: {len(done)} of {len(parts)} parts of {work.__name__.strip('_')}")
    return done


def _judge(seed: int, count: int) -> Counter[str]:
    """Send so many broken bodies through all that a push passes before it is answered."""
    dice, cipher, whole = random.Random(seed), account.cipher(), mutations.seeds()  # noqa: S311
    found: Counter[str] = Counter()
    for number in range(count):
        case = KINDS[number % len(KINDS)](dice, cipher, whole)
        try:
            opened = cipher.open(
                push.envelope(case.body).encrypt, **mutations.WHEN, msg_signature=case.msg_signature
            )
            push.key(push.parse(opened.message))
            found["parsed"] += 1
        except Refused:
            found["refused"] += 1
        except Exception as error:  # it is what is looked for
            found[f"{type(error).__name__} seed={seed} number={number}"] += 1
    return found


def _round_trips(seed: int, count: int) -> int:
    """Seal here and open there, and the other way round; returns how many came out unequal."""
    witness = importlib.import_module("wechatpy.crypto").WeChatCrypto
    dice, unequal = random.Random(seed), 0  # noqa: S311 - repeatable
    for number in range(count):
        if number % TRIPS_OF_A_KEY == 0:
            key = base64.b64encode(dice.randbytes(32)).decode()[:43]
            token, appid = f"t{dice.random()}", f"wx{dice.getrandbits(64):016x}"
            ours, theirs = Cipher(Secret(token), [Secret(key)], appid), witness(token, key, appid)
        words = _words(dice)
        when = {
            "timestamp": str(dice.randint(10**9, 2 * 10**9)),
            "nonce": str(dice.getrandbits(40)),
        }
        sealed = ours.seal(words.encode(), **when)
        there = theirs.decrypt_message({"Encrypt": sealed.encrypt}, sealed.signature, **when)
        encrypt, signature = _parts(theirs.encrypt_message(words, when["nonce"], when["timestamp"]))
        here = ours.open(encrypt, **when, msg_signature=signature).message.decode()
        unequal += (there != words) + (here != words)
    return unequal


def _words(dice: random.Random) -> str:
    ranges = ((0x20, 0x7E), (0x4E00, 0x9FA5), (0x1F300, 0x1F64F), (0x3000, 0x303F))
    return "".join(chr(dice.randint(*dice.choice(ranges))) for _ in range(dice.randint(1, 90)))


def _parts(written: str) -> tuple[str, str]:
    """Ciphertext and signature of what wechatpy wrote."""
    encrypt = written.split("<Encrypt><![CDATA[")[1].split("]]")[0]
    return encrypt, written.split("<MsgSignature><![CDATA[")[1].split("]]")[0]


def _vectors_wrong() -> dict[str, bool] | None:
    """Which published and edge vectors come out wrong, by id; None when they are not here."""
    if not VECTORS.exists():
        return None
    data = json.loads(VECTORS.read_text(encoding="utf-8"))
    published = [*data["crypto_vectors"], *data["signature_vectors"]]
    wrong = {vector["id"]: not _holds(vector) for vector in published if vector["id"] != NOT_OURS}
    edges = data["synthetic_edge_vectors"]
    return wrong | {vector["id"]: _opened(vector) != vector["plaintext"] for vector in edges}


def _holds(vector: dict[str, Any]) -> bool:
    """Whether a published vector comes out as it was published."""
    if "plaintext" not in vector:
        return _is_signed(vector)
    opened = "msg_signature" not in vector or _opened(vector) == vector["plaintext"]
    return opened and ("fixed_random" not in vector or _is_sealed_alike(vector))


def _cipher_of(vector: dict[str, Any]) -> Cipher:
    fixed = vector.get("fixed_random", "").encode()
    return Cipher(
        Secret(vector["token"]),
        [Secret(vector.get("encoding_aes_key", account.KEY))],
        vector.get("receive_id", account.APPID),
        random_bytes=lambda size: fixed[:size],
    )


def _is_signed(vector: dict[str, Any]) -> bool:
    """Whether the signature is taken; one over a text that is no ciphertext is refused later."""
    when = {"timestamp": vector["timestamp"], "nonce": vector["nonce"]}
    cipher = _cipher_of(vector)
    try:
        if "encrypt" in vector:
            cipher.open(vector["encrypt"], **when, msg_signature=vector["msg_signature"])
        else:
            cipher.verify_url(**when, signature=vector["signature"])
    except Refused as error:
        return error.cause is not Cause.SIGNATURE
    return True


def _opened(vector: dict[str, Any]) -> str | None:
    """What is inside; None for what is refused."""
    try:
        opened = _cipher_of(vector).open(
            vector["encrypt"],
            timestamp=vector["timestamp"],
            nonce=vector["nonce"],
            msg_signature=vector["msg_signature"],
        )
    except Refused:
        return None
    return opened.message.decode()


def _is_sealed_alike(vector: dict[str, Any]) -> bool:
    sealed = _cipher_of(vector).seal(
        vector["plaintext"].encode(), timestamp=vector["timestamp"], nonce=vector["nonce"]
    )
    signature = vector.get("msg_signature", sealed.signature)
    return (sealed.encrypt, sealed.signature) == (vector["encrypt"], signature)
