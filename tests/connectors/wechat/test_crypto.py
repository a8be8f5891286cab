"""The seal: published vectors, every way a ciphertext can be wrong, and another library as witness."""

import base64
import hashlib
import json
import random
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException

from community.config import Secret
from community.errors import Code, ConfigError
from connectors.wechat.crypto import Cause, Cipher, Refused, is_skewed

DATA = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
VECTORS = {vector["id"]: vector for vector in DATA["crypto_vectors"]}
EDGES = {vector["id"]: vector for vector in DATA["synthetic_edge_vectors"]}
SIGNATURES = {vector["id"]: vector for vector in DATA["signature_vectors"]}
CAUSES = {
    "bad-pad-0": Cause.PADDING,
    "bad-pad-33": Cause.PADDING,
    "bad-msg-len-overflow": Cause.LENGTH,
    "bad-msg-len-4gib": Cause.LENGTH,
    "bad-appid-prefix": Cause.RECEIVER,
    "bad-short-16": Cause.LENGTH,
    "bad-empty": Cause.LENGTH,
    "bad-base64": Cause.BASE64,
}
TOKEN = "a-token-of-the-account"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OTHER_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
APPID = "wx2c2769f8efd9abc2"
WHEN = {"timestamp": "1700000000", "nonce": "12345"}


def cipher(*keys, token=TOKEN, receive_id=APPID, **options):
    return Cipher(Secret(token), [Secret(key) for key in keys or (KEY,)], receive_id, **options)


def cipher_of(vector):
    random_bytes = vector.get("fixed_random", "").encode()
    return cipher(
        vector.get("encoding_aes_key", KEY),
        token=vector["token"],
        receive_id=vector.get("receive_id", APPID),
        random_bytes=lambda size: random_bytes[:size],
    )


def opened(vector):
    return (
        cipher_of(vector)
        .open(
            vector["encrypt"],
            timestamp=vector["timestamp"],
            nonce=vector["nonce"],
            msg_signature=vector["msg_signature"],
        )
        .message
    )


def open_again(by, sealed):
    return by.open(
        sealed.encrypt,
        timestamp=sealed.timestamp,
        nonce=sealed.nonce,
        msg_signature=sealed.signature,
    ).message


def refusal(call, *arguments, **named):
    with pytest.raises(Refused) as caught:
        call(*arguments, **named)
    assert (caught.value.code, caught.value.http_status) == (Code.FORBIDDEN, 403)
    return caught.value.cause


def sealed_raw(packed):
    """Any bytes as the platform would have sealed them: rightly signed, whatever is inside."""
    raw = base64.b64decode(KEY + "=")
    encryptor = BlockCipher(AES(raw), CBC(raw[:16])).encryptor()
    encrypt = base64.b64encode(encryptor.update(packed) + encryptor.finalize()).decode()
    return {**WHEN, "encrypt": encrypt, "msg_signature": signed(encrypt)}


def signed(encrypt):
    parts = sorted([TOKEN, *WHEN.values(), encrypt])
    data = "".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(
    "id", ["doc-get-echostr", "doc-plain-push-json", "wechatpy-check-signature"]
)
def test_published_plain_signatures_are_right_and_no_other_is(id):
    vector = (VECTORS | SIGNATURES)[id]
    asked = {name: vector[name] for name in ("timestamp", "nonce", "signature")}
    cipher_of(vector).verify_url(**asked)
    for name, value in asked.items():
        wrong = asked | {name: value[:-1]}
        assert refusal(cipher_of(vector).verify_url, **wrong) is Cause.SIGNATURE
    assert refusal(cipher(token="other").verify_url, **asked) is Cause.SIGNATURE


@pytest.mark.parametrize("id", [id for id, vector in VECTORS.items() if "msg_signature" in vector])
def test_published_ciphertexts_are_opened(id):
    assert opened(VECTORS[id]) == VECTORS[id]["plaintext"].encode()


@pytest.mark.parametrize("id", [id for id, vector in VECTORS.items() if "fixed_random" in vector])
def test_published_replies_are_sealed_to_the_byte(id):
    vector = VECTORS[id]
    sealed = cipher_of(vector).seal(
        vector["plaintext"].encode(), timestamp=vector["timestamp"], nonce=vector["nonce"]
    )
    assert sealed.encrypt == vector["encrypt"]
    assert sealed.signature == vector.get("msg_signature", sealed.signature)
    assert open_again(cipher_of(vector), sealed) == vector["plaintext"].encode()


def test_published_signature_of_something_that_is_no_ciphertext_is_right_and_it_is_not_opened():
    vector = SIGNATURES["wechat-crypto-msg-signature"]
    assert refusal(opened, vector) is Cause.BASE64
    assert refusal(opened, vector | {"encrypt": "encrypt="}) is Cause.SIGNATURE


@pytest.mark.parametrize("id", EDGES)
def test_edge_ciphertexts_are_opened_or_refused(id):
    vector = EDGES[id]
    if vector["expect"] == "reject":
        assert refusal(opened, vector) is CAUSES[id]
    else:
        assert opened(vector) == vector["plaintext"].encode()


PACKED = b"0123456789abcdef\x00\x00\x00\x02hi" + APPID.encode()


@pytest.mark.parametrize(
    ("packed", "cause"),
    [
        (PACKED + b"\x08" * 8, b"hi"),
        (PACKED + b"\x28" * 40, Cause.PADDING),
        (PACKED + b"\x07" + b"\x08" * 7, Cause.PADDING),
        (PACKED + b"\x00" * 7 + b"\x08", Cause.PADDING),
        (b"\x20" * 32, Cause.LENGTH),
        (b"\x11" * 32, Cause.LENGTH),
        (b"x" * 20 + APPID.encode()[:11] + b"\x01", Cause.LENGTH),
        (bytes(20) + b"\x0c" * 12, Cause.RECEIVER),
        (bytes(20) + APPID.upper().encode() + b"\x1a" * 26, Cause.RECEIVER),
    ],
)
def test_every_byte_of_the_inside_is_checked(packed, cause):
    vector = sealed_raw(packed) | {"token": TOKEN, "encoding_aes_key": KEY, "receive_id": APPID}
    if isinstance(cause, bytes):
        assert opened(vector) == cause
    else:
        assert refusal(opened, vector) is cause


@pytest.mark.parametrize(
    "change",
    [lambda t: t[:-1], lambda t: t + "=", lambda t: t.replace("=", ""), lambda t: "\n" + t,
     lambda t: t[:8] + " " + t[8:], lambda t: t + "AAAA", lambda t: "é" + t[1:],
     lambda t: "\ud800" + t[1:], lambda t: t.replace("+", "-").replace("/", "_") + "-"],
)  # fmt: skip
def test_base64_is_taken_strictly_even_when_it_is_signed(change):
    by = cipher()
    encrypt = change(by.seal("大家好".encode(), **WHEN).encrypt)
    cause = refusal(by.open, encrypt, **WHEN, msg_signature=signed(encrypt))
    assert cause in {Cause.BASE64, Cause.LENGTH}


@pytest.mark.parametrize("change", ["encrypt", "timestamp", "nonce", "msg_signature"])
@pytest.mark.parametrize("value", ["", "x", "１７", "\ud800", "é", "0" * 40])
def test_whatever_is_not_what_was_signed_is_refused(change, value):
    by = cipher()
    sealed = by.seal(b"hello", **WHEN)
    asked = {**WHEN, "encrypt": sealed.encrypt, "msg_signature": sealed.signature, change: value}
    assert refusal(by.open, asked.pop("encrypt"), **asked) is Cause.SIGNATURE


def test_capital_letters_make_another_signature():
    by = cipher()
    sealed = by.seal(b"hello", **WHEN)
    loud = sealed.signature.upper()
    assert refusal(by.open, sealed.encrypt, **WHEN, msg_signature=loud) is Cause.SIGNATURE


def test_both_keys_open_while_the_key_is_changed_and_the_one_that_opened_a_push_seals_its_answer():
    both = cipher(KEY, OTHER_KEY)
    for place, (there, not_there) in enumerate(permutations((cipher(KEY), cipher(OTHER_KEY)))):
        pushed = there.seal(b"push", **WHEN)
        opened = both.open(pushed.encrypt, **WHEN, msg_signature=pushed.signature)
        assert (opened.message, opened.key) == (b"push", place)
        answer = both.seal(b"answer", opened.key, **WHEN)
        assert open_again(there, answer) == b"answer"
        assert refusal(open_again, not_there, answer) is Cause.PADDING


def test_the_key_that_fits_says_why_a_push_is_refused():
    elsewhere = cipher(OTHER_KEY, receive_id="wx-another-account")
    sealed = elsewhere.seal(b"hello", **WHEN)
    for keys in ((KEY, OTHER_KEY), (OTHER_KEY, KEY)):
        assert refusal(open_again, cipher(*keys), sealed) is Cause.RECEIVER


def test_no_two_seals_are_alike():
    sealed = {cipher().seal(b"hello", **WHEN).encrypt for _ in range(200)}
    assert len(sealed) == 200


@pytest.mark.parametrize(
    ("token", "keys", "receive_id", "named"),
    [
        ("", [KEY], APPID, "token"),
        (TOKEN, [KEY], "", "appid"),
        (TOKEN, [], APPID, "EncodingAESKey"),
        (TOKEN, [KEY, KEY, KEY], APPID, "EncodingAESKey"),
        (TOKEN, [KEY[:-1]], APPID, "EncodingAESKey"),
        (TOKEN, [KEY + "="], APPID, "EncodingAESKey"),
        (TOKEN, [KEY[:-1] + "-"], APPID, "EncodingAESKey"),
        (TOKEN, [KEY, KEY + "\n"], APPID, "EncodingAESKey"),
    ],
)
def test_an_account_that_is_not_set_up_is_told_by_name_without_its_secrets(
    token, keys, receive_id, named
):
    with pytest.raises(ConfigError) as caught:
        Cipher(Secret(token), [Secret(key) for key in keys], receive_id)
    (problem,) = caught.value.problems
    assert named in problem
    assert not any(secret in str(caught.value) for secret in (TOKEN, KEY[:-1]))


@pytest.mark.parametrize(
    ("timestamp", "skewed"),
    [("1700000000", False), ("1699999400", False), ("1700000600", False), ("1699999399", True),
     ("1700000601", True), ("0", True), ("", True), ("-1700000000", True), ("１７００００００００", True),
     ("1700000000.0", True), ("9" * 400, True)],
)  # fmt: skip
def test_skew_is_told_beyond_ten_minutes(timestamp, skewed):
    assert is_skewed(timestamp, datetime.fromtimestamp(1_700_000_000, UTC)) is skewed


def random_text(dice):
    ranges = [(0x20, 0x7E), (0x4E00, 0x9FA5), (0x1F300, 0x1F64F), (0x3000, 0x303F)]
    return "".join(chr(dice.randint(*dice.choice(ranges))) for _ in range(dice.randint(1, 90)))


def test_three_hundred_round_trips_agree_with_wechatpy_both_ways():
    dice = random.Random(20251103)
    for _ in range(300):
        key = base64.b64encode(dice.randbytes(32)).decode()[:43]
        token, appid, text = (f"t{dice.random()}", f"wx{dice.getrandbits(64):x}", random_text(dice))
        when = {
            "timestamp": str(dice.randint(10**9, 2 * 10**9)),
            "nonce": str(dice.getrandbits(40)),
        }
        ours, theirs = cipher(key, token=token, receive_id=appid), WeChatCrypto(token, key, appid)
        sealed = ours.seal(text.encode(), **when)
        envelope = {"Encrypt": sealed.encrypt}
        assert theirs.decrypt_message(envelope, sealed.signature, **when) == text
        with pytest.raises(InvalidSignatureException):
            theirs.decrypt_message(envelope, sealed.signature[::-1], **when)
        written = theirs.encrypt_message(text, when["nonce"], when["timestamp"])
        encrypt = written.split("<Encrypt><![CDATA[")[1].split("]]")[0]
        signature = written.split("<MsgSignature><![CDATA[")[1].split("]]")[0]
        assert ours.open(encrypt, **when, msg_signature=signature).message == text.encode()
