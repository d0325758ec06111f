"""What a hostile or broken WebSocket server does: one entry a behaviour, under the name it has in docs/CONFORMANCE.md.

The rows of Tests/JetstreamTests/WebSocket/HostileHandshakes.swift and HostileFrames.swift are the same.
"""

import base64
import hashlib
import random
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
# How the client has to leave: without any frame, or with a close frame that holds this code (0: an empty one).
NO_FRAME = None


@dataclass(frozen=True)
class Behaviour:
    name: str
    # What the client's close frame has to say.
    close: int | None
    # Gets the connection and the key of the client's request, which has been read.
    act: Callable[[socket.socket, bytes], None]


def answer(key: bytes, **changes: bytes | None) -> bytes:
    """The right answer to the upgrade, or with lines replaced, left out (None) or added (`more`)."""
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    lines: dict[str, bytes | None] = {
        "status": b"HTTP/1.1 101 Switching Protocols",
        "upgrade": b"Upgrade: websocket",
        "connection": b"Connection: Upgrade",
        "accept": b"Sec-WebSocket-Accept: " + accept,
    }
    lines.update(changes)
    return b"".join(line + b"\r\n" for line in lines.values() if line is not None) + b"\r\n"


def frame(opcode: int, payload: bytes = b"", *, final=True, reserved=0, mask=b"", announced=None, form=0) -> bytes:
    """A server's frame, right or wrong; `form` is the number of bytes in which its length is written."""
    length = len(payload) if announced is None else announced
    form = form or (1 if length < 126 else 2 if length < 1 << 16 else 8)
    first = bytes([final << 7 | reserved << 4 | opcode])
    masked = 0x80 if mask else 0
    header = {
        1: lambda: bytes([masked | length]),
        2: lambda: bytes([masked | 126]) + struct.pack(">H", length),
        8: lambda: bytes([masked | 127]) + struct.pack(">Q", length),
    }[form]()
    if mask:
        payload = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return first + header + mask + payload


def close(code: int, reason: bytes = b"") -> bytes:
    return frame(CLOSE, struct.pack(">H", code) + reason)


def flood(connection: socket.socket, data: bytes) -> None:
    """Sends until the client has gone."""
    while True:
        connection.sendall(data)


def trickle(connection: socket.socket, data: bytes) -> None:
    """Sends a byte every quarter of a second, until the client has gone."""
    for byte in data:
        connection.sendall(bytes([byte]))
        time.sleep(0.25)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def zstd_bomb() -> bytes:
    """8 KiB that become 256 MiB (RFC 8878): a window of 128 KiB, and 2,048 blocks that repeat a zero."""
    blocks = [struct.pack("<I", 131072 << 3 | 1 << 1 | (number == 2047))[:3] + b"\0" for number in range(2048)]
    return b"\x28\xb5\x2f\xfd\x00\x38" + b"".join(blocks)


def _refusal(name: str, status: bytes, headers: bytes = b"", body: bytes = b"") -> Behaviour:
    text = b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s" % (status, headers, len(body), body)
    return Behaviour(name, NO_FRAME, lambda connection, key: connection.sendall(text))


def _answer(name: str, **changes: bytes | None) -> Behaviour:
    return Behaviour(name, NO_FRAME, lambda connection, key: connection.sendall(answer(key, **changes)))


def _script(name: str, act: Callable[[socket.socket], None]) -> Behaviour:
    """Before the answer, or in place of it."""
    return Behaviour(name, NO_FRAME, lambda connection, key: act(connection))


def _open(name: str, expected: int | None, act: Callable[[socket.socket], None]) -> Behaviour:
    """After the right answer."""

    def run(connection: socket.socket, key: bytes) -> None:
        connection.sendall(answer(key))
        act(connection)

    return Behaviour(name, expected, run)


def _sends(name: str, expected: int | None, *frames: bytes) -> Behaviour:
    return _open(name, expected, lambda connection: connection.sendall(b"".join(frames)))


def _headers_endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 101 X\r\n")
    flood(connection, b"X-Pad: " + b"a" * 1000 + b"\r\n")


def _line_endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 101 X\r\nX: ")
    flood(connection, b"a" * 65536)


def _body_endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n")
    flood(connection, b"10000\r\n" + b"a" * 65536 + b"\r\n")


def _fragments_endless(connection: socket.socket) -> None:
    connection.sendall(frame(BINARY, final=False))
    flood(connection, frame(0, bytes(65536), final=False))


def _empty_fragments_endless(connection: socket.socket) -> None:
    connection.sendall(frame(TEXT, final=False))
    flood(connection, frame(0, final=False) * 1000)


def _truncated(connection: socket.socket) -> None:
    connection.sendall(frame(BINARY, b"a" * 10, announced=1000))
    connection.shutdown(socket.SHUT_WR)


PINGS_OF_FLOOD = 100_000

HANDSHAKES = [
    _refusal("status-200", b"200 OK", body=b"hi"),
    _refusal("status-401", b"401 Unauthorized", b"WWW-Authenticate: Basic realm=x\r\n"),
    _refusal("status-429", b"429 Too Many Requests", b"Retry-After: 30\r\n"),
    _refusal("status-503", b"503 Service Unavailable"),
    _refusal("redirect-file", b"302 Found", b"Location: file:///etc/passwd\r\n"),
    _refusal("redirect-loop", b"302 Found", b"Location: /redirect-loop\r\n"),
    _answer("accept-wrong", accept=b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
    _answer("accept-missing", accept=None),
    _answer("accept-twice", more=b"Sec-WebSocket-Accept: zzz"),
    _answer("upgrade-other", upgrade=b"Upgrade: h2c"),
    _answer("connection-other", connection=b"Connection: keep-alive"),
    _answer("http-1.0", status=b"HTTP/1.0 101 Switching Protocols"),
    _answer("extension-unasked", more=b"Sec-WebSocket-Extensions: x-unknown"),
    _answer("subprotocol-unasked", more=b"Sec-WebSocket-Protocol: evil"),
    _answer("header-nul", more=b"X-A: a\0b"),
    _script("garbage", lambda connection: connection.sendall(random.Random(1).randbytes(4096))),
    _script("end-of-stream", lambda connection: connection.shutdown(socket.SHUT_WR)),
    _script("reset", reset),
    _script("silence", lambda connection: None),
    _script("answer-trickled", lambda connection: trickle(connection, b"HTTP/1.1 101 X\r\nX: " + b"a" * 1000)),
    _script("headers-endless", _headers_endless),
    _script("header-line-endless", _line_endless),
    _script("interim-answers-endless", lambda connection: flood(connection, b"HTTP/1.1 100 Continue\r\n\r\n")),
    _script("refusal-body-endless", _body_endless),
]

FRAMES = [
    _sends("frame-masked", 1002, frame(TEXT, b"a", mask=b"abcd")),
    _sends("reserved-bit-1", 1002, frame(TEXT, b"a", reserved=4)),
    _sends("reserved-bit-3", 1002, frame(BINARY, b"a", reserved=1)),
    _sends("opcode-3", 1002, frame(3, b"a")),
    _sends("opcode-11", 1002, frame(11)),
    _sends("ping-fragmented", 1002, frame(PING, b"a", final=False)),
    _sends("ping-126-bytes", 1002, frame(PING, b"a" * 126)),
    _sends("close-126-bytes", 1002, close(1000, b"a" * 124)),
    _sends("close-1-byte", 1002, frame(CLOSE, b"\x03")),
    _sends("close-1005", 1002, close(1005)),
    _sends("close-999", 1002, close(999)),
    _sends("close-reason-no-utf8", 1007, close(1000, b"\xff\xfe")),
    _sends("close-1000", 1000, close(1000)),
    _sends("close-empty", 0, frame(CLOSE)),
    _sends("data-after-close", 1000, close(1000), frame(TEXT, b"late")),
    _sends("close-without-end", 1001, close(1001)),
    _sends("continuation-first", 1002, frame(0, b"a")),
    _sends("text-inside-message", 1002, frame(TEXT, b"a", final=False), frame(TEXT, b"b")),
    _sends("text-no-utf8", 1007, frame(TEXT, b"\xce\xba\xed\xa0\x80")),
    _sends("text-no-utf8-fragmented", 1007, frame(TEXT, b"\xf4", final=False), frame(0, b"\x90\x80\x80")),
    _sends("length-2^63", 1002, frame(BINARY, b"a", announced=1 << 63)),
    _sends("length-2^62", 1009, frame(BINARY, b"a", announced=1 << 62)),
    _sends("length-not-shortest", 1002, frame(TEXT, b"a", form=8)),
    _open("frame-truncated", NO_FRAME, _truncated),
    _open("fragments-endless", 1009, _fragments_endless),
    _open("fragments-empty-endless", 1008, _empty_fragments_endless),
    _sends("ping-flood", 1000, frame(PING, b"p" * 125) * PINGS_OF_FLOOD, close(1000)),
]

# The daemon meets these, too. How many messages it must have logged as errors, by name.
READER = [
    _open("idle", 1001, lambda connection: None),
    _open("frame-trickled", 1001, lambda connection: trickle(connection, frame(TEXT, b"a" * 60000))),
    _sends("json-no-object", 1000, frame(TEXT, b"[1,2"), frame(TEXT, b'{"did":1,"time_us":"x"}'), close(1000)),
    _sends("json-deep", 1000, frame(TEXT, b"[" * 200000), close(1000)),
    _sends("binary-unasked", 1000, frame(BINARY, bytes(range(64))), close(1000)),
    _sends("zstd-bomb", 1000, frame(BINARY, zstd_bomb()), close(1000)),
]
ERRORS = {"idle": 0, "frame-trickled": 0, "json-no-object": 2, "json-deep": 1, "binary-unasked": 1, "zstd-bomb": 1}
# Those in which nothing is completed: a ping has to come first.
STILL = READER[:2]

ALL = HANDSHAKES + FRAMES + READER
