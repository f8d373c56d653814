"""Documents made on the spot: a lab report with a text layer, the same scanned, and hostile ones."""

import pathlib
import struct
import subprocess
import tempfile
import zlib

# A4 in points.
PAGE = (595, 842)


def _pdf(objects: list[bytes]) -> bytes:
    """A PDF file of numbered objects, the first being the catalogue (ISO 32000-1, section 7.5)."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def _stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), extra, content)


def text_pdf(pages: list[list[str]]) -> bytes:
    """Lines of fixed-width text, one list a page, as a laboratory's system prints them."""
    count = len(pages)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for index, lines in enumerate(pages):
        content = bytearray(b"BT /F1 10 Tf 14 TL 50 790 Td\n")
        for line in lines:
            escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            content += b"(%s) Tj T*\n" % escaped.encode("cp1252")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>"
            % (*PAGE, 5 + 2 * index))
        objects.append(_stream(bytes(content) + b"ET"))
    return _pdf(objects)


def scanned_pdf(pages: list[list[str]], dots_per_inch: int = 300) -> bytes:
    """The same pages as pictures only, so that reading them takes optical recognition."""
    with tempfile.TemporaryDirectory() as directory:
        source = pathlib.Path(directory, "source.pdf")
        source.write_bytes(text_pdf(pages))
        subprocess.run(
            ["pdftoppm", "-jpeg", "-gray", "-r", str(dots_per_inch), str(source), str(source.with_name("page"))], check=True)
        pictures = [path.read_bytes() for path in sorted(source.parent.glob("page*.jpg"))]
    assert len(pictures) == len(pages)
    kids = b" ".join(b"%d 0 R" % (3 + 3 * index) for index in range(len(pictures)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pictures))]
    for index, picture in enumerate(pictures):
        first = 3 + 3 * index
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /XObject << /I %d 0 R >> >> /Contents %d 0 R >>"
            % (*PAGE, first + 1, first + 2))
        objects.append(_stream(
            picture, b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s /BitsPerComponent 8"
            b" /Filter /DCTDecode" % _jpeg_frame(picture)))
        objects.append(_stream(b"q %d 0 0 %d 0 0 cm /I Do Q" % PAGE))
    return _pdf(objects)


def _jpeg_frame(picture: bytes) -> tuple[int, int, bytes]:
    """Width, height and colour space as the first frame header says them (ITU-T T.81, B.2.2)."""
    at = 2
    while picture[at] == 0xFF:
        if 0xC0 <= picture[at + 1] <= 0xC2:
            height, width, components = struct.unpack(">HHB", picture[at + 5:at + 10])
            return width, height, b"/DeviceGray" if components == 1 else b"/DeviceRGB"
        at += 2 + struct.unpack(">H", picture[at + 2:at + 4])[0]
    raise ValueError("no frame header in this JPEG")


def bomb_pdf(gibibytes: int = 64) -> bytes:
    """A page whose content is `gibibytes` of zero bytes, deflated twice to well under a megabyte.

    One flushed block of a deflate stream refers to nothing before it, so it can be repeated as often as one likes;
    the checksum of zero bytes has a closed form.
    """
    chunk = 1 << 24
    repeats = gibibytes * (1 << 30) // chunk
    maker = zlib.compressobj(9)
    header = maker.compress(b"") + maker.flush(zlib.Z_FULL_FLUSH)
    block = maker.compress(bytes(chunk)) + maker.flush(zlib.Z_FULL_FLUSH)
    # RFC 1950: the low half counts from 1, the high half sums it once a byte, both modulo 65521.
    checksum = ((chunk * repeats) % 65521) << 16 | 1
    inner = header + block * repeats + b"\x03\x00" + struct.pack(">I", checksum)
    content = zlib.compress(inner, 9)
    return _pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << >> /Contents 4 0 R >>" % PAGE,
        _stream(content, b"/Filter [/FlateDecode /FlateDecode]")])


def png(width: int, height: int) -> bytes:
    """A complete black one-bit picture."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    row = b"\x00" + bytes((width + 7) // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
            + chunk(b"IDAT", data) + chunk(b"IEND", b""))
