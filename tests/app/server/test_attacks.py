"""Attacks by the list: URLs that lead inside, paths that climb, and connections that cost without asking."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest

from .conftest import Client

INSIDE = (
    *(
        "127.0.0.1",
        "127.0.0.2",
        "127.255.255.254",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
    ),
    *(
        "0",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.1",
        "192.168.0.1",
        "192.0.0.1",
    ),
    *("100.64.0.1", "169.254.169.254", "169.254.1.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1"),
    *("255.255.255.255", "192.0.2.1", "203.0.113.5", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]"),
    *("[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]"),
    *("[2001:db8::1]", "localhost", "LOCALHOST", "localhost.", "\u2460\u2461\u2466.0.0.1", "127.0.0.1%00.example.org"),
)
URLS = (
    *(f"http://{host}/a.jpg" for host in INSIDE),
    *("https://127.0.0.1/", "http://127.0.0.1:8000/api/status", "http://user:secret@127.0.0.1/", "http://1.1.1.1:22/"),
    *("http://1.1.1.1:6379/", "http://1.1.1.1\\@127.0.0.1/", "http://127.0.0.1#@1.1.1.1/", "http:///a.jpg", "http://"),
    *("file:///etc/passwd", "FILE:///etc/passwd", "/etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/a.jpg"),
    *(
        "dict://127.0.0.1:11211/",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "jar:http://127.0.0.1!/",
        "//127.0.0.1/",
    ),
)
CLIMBS = (
    *(
        "..",
        "../..",
        "../../etc/passwd",
        "....//....//etc/passwd",
        "..\\..\\etc\\passwd",
        "/etc/passwd",
        "//etc/passwd",
    ),
    *(
        "~/.ssh/id_rsa",
        "%2e%2e%2fetc%2fpasswd",
        "..;/etc/passwd",
        "file:///etc/passwd",
        "photos/0.png",
        "0.png",
        "\0",
        "a\0b",
    ),
    *("C:\\windows\\win.ini", "\\\\server\\share", "/proc/self/environ", "/dev/zero", "library.sqlite"),
)
PLACES = (
    "/api/pictures/{}",
    "/api/pictures/{}/thumbnail",
    "/api/pictures/{}/original",
    "/web/{}",
    "/api/jobs/{}",
)


def test_the_list_is_as_long_as_it_was_meant_to_be() -> None:
    assert len(set(URLS)) >= 60
    assert len(CLIMBS) * len(PLACES) >= 100


@pytest.mark.parametrize("url", URLS)
def test_no_url_leads_inside(fetching: Client, url: str) -> None:
    problem = fetching.post("/api/search", data={"url": url}).json()
    assert problem["code"] == "fetch_refused"
    assert "secret" not in problem["detail"]


@pytest.mark.parametrize("climb", CLIMBS, ids=repr)
@pytest.mark.parametrize("place", PLACES)
def test_no_path_climbs(client: Client, shelf: Path, place: str, climb: str) -> None:
    once = quote(climb, safe="").replace(".", "%2e")  # clients walk a plain .. themselves
    for spelled in (once, quote(once, safe="")):
        answer = client.get(place.format(spelled))
        assert answer.status_code in (403, 404, 422)
        assert "root:" not in answer.text
        assert str(shelf) not in answer.text


SERVED = """
import sys
from pathlib import Path
from lookalike.app.server import listen
from lookalike.app.server.settings import Settings
if __name__ == "__main__":
    listen.HEADERS = 600
    listen.listen(Settings(Path(sys.argv[1]), port=0, seconds=0.6), lambda address: print(address, flush=True))
"""


@pytest.fixture(scope="module")
def port(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The service on a socket, which waits six tenths of a second for headers, and as long for a body."""
    script = tmp_path_factory.mktemp("served") / "served.py"
    script.write_text(SERVED)
    command = [sys.executable, str(script), str(shelf / "library")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline().rsplit(":", 1)[1].strip("/\n"))
        process.terminate()


HEAD = b"POST /api/search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"


def drip(port: int, first: bytes, drop: bytes) -> tuple[bytes, float]:
    """The answer to bytes that come one drop at a time, and the seconds until it came or the connection was closed."""
    started, answer = time.monotonic(), b""
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall(first)
        connection.settimeout(0.1)
        while time.monotonic() - started < 30:
            try:
                piece = connection.recv(65536)
                if not piece:
                    break
                answer += piece
            except TimeoutError:
                pass
            except OSError:
                break
            if b"\r\n\r\n" in answer:
                break
            with suppress(OSError):
                connection.sendall(drop)
    return answer, time.monotonic() - started


@pytest.mark.parametrize(
    ("first", "drop", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", b"a", None),
        (HEAD + b"Content-Length: 100000\r\n\r\n", b"a", b" 408 "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", b" 411 "),
        (HEAD + b"Content-Length: 99999999999\r\n\r\n", b"a" * 1000, b" 413 "),
    ],
    ids=["slow headers", "slow body", "endless chunks", "too large"],
)
def test_a_connection_that_costs_without_asking_is_closed(
    port: int, first: bytes, drop: bytes, status: bytes | None
) -> None:
    answer, seconds = drip(port, first, drop)
    assert seconds < 25
    if status is not None:
        assert status in answer.split(b"\r\n")[0]
