from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lookalike.errors import FetchRefused
from lookalike.search.query.fetch import Network, fetch

PUBLIC = "93.184.216.34"
HOSTILE = (
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://10.0.0.1/",
    "http://192.168.0.1:8080/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://\u2460\u2461\u2466.1/",  # circled digits, which a resolver may read as 127.1
    "http://user:secret@93.184.216.34/",
    "http://user@93.184.216.34/",
    "http://@93.184.216.34/",
    "http://93.184.216.34:22/",
    "http://93.184.216.34:25/",
    "http://93.184.216.34:99999/",
    "http://93.184.216.34:x/",
    "http:///path",
    "http://",
    "http://a b/",
    "http://a%00b/",
    "http://a..b/",
    "http://[::1/",
    "http://" + "a" * 300 + "/",
    "gopher://93.184.216.34/",
    "ftp://93.184.216.34/a.jpg",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "//93.184.216.34/",
    "93.184.216.34/a.jpg",
    "",
)


def _nowhere(address: tuple[str, int], seconds: float) -> socket.socket:
    raise AssertionError(f"connected to {address}")


@dataclass
class Server:
    """Answers one connection after another, each with the next script; remembers what it was asked."""

    scripts: Sequence[Callable[[socket.socket], None]]
    port: int = 0
    asked: list[str] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def run(self, listener: socket.socket) -> None:
        for script in self.scripts:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                request = b""
                while not request.endswith(b"\r\n\r\n") and (block := connection.recv(4096)):
                    request += block
                self.asked.append(request.decode("latin-1"))
                try:
                    script(connection)
                except OSError:  # the other side has had enough
                    continue


@contextmanager
def serving(*scripts: Callable[[socket.socket], None]) -> Iterator[Server]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = Server(scripts, listener.getsockname()[1])
        thread = threading.Thread(target=server.run, args=(listener,))
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def sends(*parts: str | bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    def script(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part.encode("latin-1") if isinstance(part, str) else part)
            time.sleep(pause)

    return script


def redirect(to: str, status: int = 302) -> Callable[[socket.socket], None]:
    return sends(f"HTTP/1.1 {status} Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")


def body(data: bytes) -> Callable[[socket.socket], None]:
    return sends(f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\n\r\n", data)


@pytest.mark.parametrize("to", ["http://[", "http://[::1", "http://[x]/", "//[", "http://a:b/", "http://\xbd\xbd/"])
def test_a_redirect_to_what_is_no_url_is_refused(to: str) -> None:
    with serving(redirect(to)) as server, pytest.raises(FetchRefused):
        fetch(server.url(), allow_private=True)


def test_the_body_of_an_answer_is_fetched() -> None:
    data = bytes(range(256)) * 1000
    with serving(body(data)) as server:
        assert fetch(server.url("/a b.jpg?x=ä#part"), allow_private=True) == data
    first, *headers = server.asked[0].split("\r\n")
    assert first == "GET /a%20b.jpg?x=%C3%A4 HTTP/1.1"
    assert f"Host: 127.0.0.1:{server.port}" in headers


def test_a_chunked_body_and_one_that_ends_with_the_connection_are_fetched() -> None:
    chunked = sends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    ended = sends("HTTP/1.0 200 OK\r\n\r\nabcde")
    with serving(chunked, ended) as server:
        assert fetch(server.url(), allow_private=True) == b"abcde"
        assert fetch(server.url(), allow_private=True) == b"abcde"


@pytest.mark.parametrize("url", HOSTILE)
def test_a_url_that_is_not_of_a_public_http_server_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        fetch(url, network=Network(connect=_nowhere))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("answer", [["10.0.0.1"], ["fe80::1"], [PUBLIC, "127.0.0.1"], []])
def test_a_name_with_an_address_that_is_not_public_is_refused(answer: list[str]) -> None:
    network = Network(resolve=lambda host: answer, connect=_nowhere)
    with pytest.raises(FetchRefused, match=r"pictures\.test"):
        fetch("http://pictures.test/a.jpg", network=network)


def test_a_name_that_is_not_known_is_refused() -> None:
    def unknown(host: str) -> list[str]:
        raise socket.gaierror("Name or service not known")

    with pytest.raises(FetchRefused, match="not found"):
        fetch("http://pictures.test/", network=Network(resolve=unknown, connect=_nowhere))


@dataclass
class Internet:
    """Names with the answers that each look-up gives in turn; every connection ends at one server on loopback."""

    server: Server
    names: dict[str, list[str]]
    connected: list[str] = field(default_factory=list)

    def network(self) -> Network:
        return Network(lambda host: [self.names[host].pop(0)], self._connect)

    def _connect(self, address: tuple[str, int], seconds: float) -> socket.socket:
        self.connected.append(address[0])
        return socket.create_connection(("127.0.0.1", self.server.port), seconds)


def test_a_name_is_looked_up_once_and_the_address_that_was_checked_is_connected_to() -> None:
    with serving(body(b"abc")) as server:
        internet = Internet(server, {"rebinding.test": [PUBLIC, "127.0.0.1"]})
        assert fetch("http://rebinding.test/", network=internet.network()) == b"abc"
    assert internet.connected == [PUBLIC]
    assert internet.names == {"rebinding.test": ["127.0.0.1"]}
    assert "Host: rebinding.test" in server.asked[0].split("\r\n")


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    with serving(body(b"abc")) as server:
        assert fetch(server.url(), allow_private=True) == b"abc"


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    def connect(address: tuple[str, int], seconds: float) -> socket.socket:
        if address[0] == PUBLIC:
            raise ConnectionRefusedError("refused")
        return socket.create_connection(("127.0.0.1", server.port), seconds)

    with serving(body(b"abc")) as server:
        network = Network(lambda host: [PUBLIC, "93.184.216.35"], connect)
        assert fetch("http://pictures.test/", network=network) == b"abc"


def test_three_redirects_are_followed_and_not_four() -> None:
    hops = [redirect(f"/{n}", status) for n, status in enumerate((301, 302, 307, 308))]
    with serving(*hops[:3], body(b"abc")) as server:
        assert fetch(server.url(), allow_private=True) == b"abc"
    assert [request.split()[1] for request in server.asked] == ["/", "/0", "/1", "/2"]
    with serving(*hops, body(b"abc")) as server, pytest.raises(FetchRefused, match="more than 3 times"):
        fetch(server.url(), allow_private=True)
    assert len(server.asked) == 4


def test_a_loop_of_redirects_ends() -> None:
    with serving(*[redirect("/")] * 9) as server, pytest.raises(FetchRefused, match="more than 3 times"):
        fetch(server.url(), allow_private=True)
    assert len(server.asked) == 4


@pytest.mark.parametrize("to", ["http://inner.test/", "http://127.0.0.1/", "//[::1]/", "http://169.254.169.254/"])
def test_a_redirect_to_a_private_address_is_refused(to: str) -> None:
    with serving(redirect(to), body(b"secret")) as server:
        internet = Internet(server, {"public.test": [PUBLIC], "inner.test": ["10.0.0.1"]})
        network = Network(lambda host: [internet.names[host].pop(0)] if ".test" in host else [host], internet._connect)
        with pytest.raises(FetchRefused, match="not a public address"):
            fetch("http://public.test/", network=network)
    assert internet.connected == [PUBLIC]


@pytest.mark.parametrize("to", ["file:///etc/passwd", "gopher://x/", "http://u:p@pictures.test/", "http://x.test:22/"])
def test_a_redirect_to_what_would_not_be_fetched_is_refused(to: str) -> None:
    with serving(redirect(to)) as server, pytest.raises(FetchRefused):
        fetch(server.url(), allow_private=True)


def test_a_redirect_to_nowhere_is_refused() -> None:
    nowhere = sends("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")
    with serving(nowhere) as server, pytest.raises(FetchRefused, match="where"):
        fetch(server.url(), allow_private=True)


def test_a_redirect_in_other_bytes_than_ascii_is_followed() -> None:
    with serving(redirect("/\u00c3\u00a4 b.jpg"), body(b"abc")) as server:  # UTF-8, read as latin-1
        assert fetch(server.url(), allow_private=True) == b"abc"
    assert server.asked[1].startswith("GET /%C3%A4%20b.jpg HTTP")


@pytest.mark.parametrize("status", [204, 206, 304, 401, 404, 500, 999])
def test_an_answer_without_the_picture_is_refused_with_its_status(status: int) -> None:
    script = sends(f"HTTP/1.1 {status} \x1b[31mwords of the server\r\nContent-Length: 0\r\n\r\n")
    with serving(script) as server, pytest.raises(FetchRefused, match=str(status)) as refused:
        fetch(server.url(), allow_private=True)
    assert "\x1b" not in str(refused.value)


def test_a_body_is_refused_as_soon_as_it_is_known_to_be_too_large() -> None:
    declared = sends("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")
    with serving(declared) as server, pytest.raises(FetchRefused, match="larger"):
        fetch(server.url(), allow_private=True, max_bytes=1000)
    for head in ("HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n"):
        endless = sends(head, *[b"x" * 2**20] * 64)
        started = time.monotonic()
        with serving(endless) as server, pytest.raises(FetchRefused, match="larger"):
            fetch(server.url(), allow_private=True, max_bytes=1000)
        assert time.monotonic() - started < 5


def test_a_body_of_just_the_limit_is_fetched() -> None:
    with serving(body(b"x" * 1000)) as server:
        assert len(fetch(server.url(), allow_private=True, max_bytes=1000)) == 1000


def test_a_body_that_is_cut_short_is_refused() -> None:
    cut = sends("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
    with serving(cut) as server, pytest.raises(FetchRefused, match="3 of 10"):
        fetch(server.url(), allow_private=True)


@pytest.mark.parametrize(
    "script",
    [
        sends("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", *["x"] * 100, pause=0.05),
        sends("HTTP/1.1 200 OK\r\n", *["X: y\r\n"] * 90, pause=0.05),
        sends(*"HTTP/1.1 200 OK\r\nX-Long: " + "x" * 90, pause=0.05),
        lambda _: time.sleep(1),
    ],
    ids=["body", "headers", "one header", "silence"],
)
def test_a_server_that_drips_is_left_at_the_deadline(script: Callable[[socket.socket], None]) -> None:
    started = time.monotonic()
    with serving(script) as server:
        with pytest.raises(FetchRefused, match="within"):
            fetch(server.url(), allow_private=True, seconds=0.3)
        assert time.monotonic() - started < 1


def test_redirects_and_names_share_one_deadline() -> None:
    def slow(host: str) -> list[str]:
        time.sleep(0.2)
        return ["127.0.0.1"]

    started = time.monotonic()
    with serving(*[redirect("/")] * 4) as server, pytest.raises(FetchRefused, match="within"):
        fetch(f"http://slow.test:{server.port}/", allow_private=True, seconds=0.5, network=Network(resolve=slow))
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "answer", [b"", b"\x00" * 10, b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000]
)
def test_what_is_not_http_is_refused(answer: bytes) -> None:
    with serving(sends(answer)) as server, pytest.raises(FetchRefused):
        fetch(server.url(), allow_private=True)


def test_a_port_where_nobody_listens_is_refused() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(FetchRefused, match="not fetched"):
        fetch(f"http://127.0.0.1:{port}/", allow_private=True)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of pictures.test, signed by itself; the key is in the same file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not here")
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=t -addext subjectAltName=DNS:pictures.test"
    subprocess.run(
        [*command.split(), "-keyout", file, "-out", file.with_suffix(".crt")], check=True, capture_output=True
    )
    file.write_bytes(file.read_bytes() + file.with_suffix(".crt").read_bytes())
    return file


@contextmanager
def serving_tls(
    certificate: Path, *scripts: Callable[[socket.socket], None]
) -> Iterator[tuple[Server, list[str | None]]]:
    """Server, and the names that clients said they wanted."""
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda stream, name, _: names.append(name)

    class Listener:
        def __init__(self, plain: socket.socket) -> None:
            self.plain = plain

        def accept(self) -> tuple[ssl.SSLSocket, object]:
            connection, peer = self.plain.accept()
            return context.wrap_socket(connection, server_side=True), peer

    with closing(socket.create_server(("127.0.0.1", 0))) as plain:
        server = Server(scripts, plain.getsockname()[1])
        thread = threading.Thread(target=server.run, args=(Listener(plain),))
        thread.start()
        yield server, names
        plain.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_over_tls_the_certificate_is_that_of_the_name_and_not_of_the_address(certificate: Path) -> None:
    def trust() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=certificate.with_suffix(".crt"))

    network = Network(lambda host: ["127.0.0.1"], trust=trust)
    with serving_tls(certificate, body(b"abc")) as (server, names):
        assert fetch(f"https://pictures.test:{server.port}/", allow_private=True, network=network) == b"abc"
        assert names == ["pictures.test"]
    with serving_tls(certificate, body(b"abc")) as (server, _), pytest.raises(FetchRefused, match="who it is"):
        fetch(f"https://other.test:{server.port}/", allow_private=True, network=network)


def test_a_certificate_that_nobody_trusts_is_refused(certificate: Path) -> None:
    network = Network(lambda host: ["127.0.0.1"])
    with serving_tls(certificate, body(b"abc")) as (server, _), pytest.raises(FetchRefused, match="who it is"):
        fetch(f"https://pictures.test:{server.port}/", allow_private=True, network=network)


def test_https_does_not_lead_to_http(certificate: Path) -> None:
    network = Network(
        lambda host: ["127.0.0.1"],
        trust=lambda: ssl.create_default_context(cafile=certificate.with_suffix(".crt")),
    )
    downgrade = redirect("http://pictures.test:8080/")
    with serving_tls(certificate, downgrade) as (server, _), pytest.raises(FetchRefused, match="from https to http"):
        fetch(f"https://pictures.test:{server.port}/", allow_private=True, network=network)
