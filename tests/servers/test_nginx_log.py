"""One log of all server sides: each line belongs to the side whose connection it is about."""

from tlslab.servers.nginx_log import NginxLog

# As nginx 1.22.1 writes them.
HANDSHAKE = (
    "2026/11/30 18:02:01 [info] 7#7: *1 SSL_do_handshake() failed (SSL: error:0A000418:SSL routines::tlsv1 alert "
    "unknown ca:SSL alert number 48) while SSL handshaking, client: 10.0.0.9, server: 0.0.0.0:8443"
)
NO_CERTIFICATE = (
    "2026/11/30 18:02:02 [info] 7#7: *2 client sent no required SSL certificate while reading client request headers, "
    'client: 10.0.0.9, server: , request: "GET / HTTP/1.1", host: "shop.lab.test:8444"'
)
REQUEST = '10.0.0.9:40000 [TLSv1.3 TLS_AES_256_GCM_SHA384] "GET / HTTP/1.1" 400'
CLOSED = "2026/11/30 18:02:03 [info] 7#7: *2 client 10.0.0.9 closed keepalive connection"


def test_a_line_that_names_the_address_is_about_the_side_that_listens_there() -> None:
    log = NginxLog([8443, 8444])
    log.add([HANDSHAKE])
    assert log.take(8444) == ()
    assert log.take(8443) == (HANDSHAKE,)
    assert log.take(8443) == ()


def test_an_ipv6_address_tells_the_side_as_well() -> None:
    log = NginxLog([8443])
    line = HANDSHAKE.replace("server: 0.0.0.0:8443", "server: [::1]:8443")
    log.add([line])
    assert log.take(8443) == (line,)


def test_a_line_with_a_number_alone_is_about_the_side_that_another_line_tells() -> None:
    log = NginxLog([8443, 8444])
    log.add([NO_CERTIFICATE, f"*2 8444 {REQUEST}"])
    log.add([CLOSED])
    assert log.take(8444) == (NO_CERTIFICATE, REQUEST, CLOSED)
    assert log.take(8443) == ()


def test_lines_about_the_sentinel_or_about_no_connection_are_about_no_side() -> None:
    log = NginxLog([8443])
    sentinel = '*3 8080 127.0.0.1:40001 [- -] "GET /mark-1 HTTP/1.0" 200'
    log.add([sentinel, '2026/11/30 18:02:01 [notice] 7#7: using the "epoll" event method', ""])
    assert log.take(8443) == ()
