"""Requests that no client library would send."""

import socket
import urllib.parse


def connect(url: str, seconds: float = 30) -> socket.socket:
    parts = urllib.parse.urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout=seconds)


def head(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1"] + [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def receive(connection: socket.socket) -> bytes:
    """Everything until the server closes; send `Connection: close`."""
    received = bytearray()
    while chunk := connection.recv(65536):
        received += chunk
    return bytes(received)


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def exchange(url: str, request: bytes) -> bytes:
    with connect(url) as connection:
        connection.sendall(request)
        return receive(connection)
