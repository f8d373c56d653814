"""An authenticator app (RFC 6238), and the scanner that its user points at the screen."""

import base64
import hashlib
import hmac
import pathlib
import re
import subprocess
import tempfile
import time

PERIOD = 30


def code(secret: str, at: float | None = None) -> str:
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    step = int(time.time() if at is None else at) // PERIOD
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start:start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


class App:
    """Shows each code once, because the server takes none twice: now's first, then the next step's, which is let pass too."""

    def __init__(self, secret: str):
        self.secret = secret
        self.last_step = 0

    def next_code(self) -> str:
        step = max(int(time.time()) // PERIOD, self.last_step + 1)
        assert step <= int(time.time()) // PERIOD + 1, "a third code within half a minute: the server takes none yet"
        self.last_step = step
        return code(self.secret, step * PERIOD)

    def wrong_code(self) -> str:
        near = {code(self.secret, time.time() + offset * PERIOD) for offset in range(-3, 4)}
        return next(guess for guess in (digit * 6 for digit in "0123456789") if guess not in near)


def scan(svg: str) -> str:
    """What a scanner reads of the picture: its rectangles are painted and given to zbar."""
    side, scale = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1]), 4
    rows = [bytearray(b"\xff" * side * scale) for _ in range(side * scale)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", svg):
        for row in rows[int(y) * scale:(int(y) + 1) * scale]:
            row[int(x) * scale:(int(x) + int(width)) * scale] = bytes(int(width) * scale)
    with tempfile.TemporaryDirectory() as folder:
        picture = pathlib.Path(folder) / "code.pgm"
        picture.write_bytes(f"P5 {side * scale} {side * scale} 255\n".encode() + b"".join(rows))
        read = subprocess.run(["zbarimg", "-q", "--raw", picture], capture_output=True, text=True, check=True)
    return read.stdout.removesuffix("\n")
