/// Requests of an attacker, each on a connection of its own.
enum MalformedRequests {
    private static let post = "POST /products HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

    static let all = [
        post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
        post + "Content-Length: -1\r\n\r\n{}",
        post + "Content-Length: 99999999999999999999999\r\n\r\n{}",
        post + "Content-Length: 9223372036854775807\r\n\r\n{}",
        post + "Content-Length: 100\r\n\r\n{}",
        post + "Content-Length: 1000000\r\n\r\n{}",
        post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        post + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        post + "Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 2\r\n\r\n{}",
        "GET /products/1 HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
        "GET /products/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /products/1\0 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /products/%ed%a0%80 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /products?user_id=1&product_name=%ff HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET //products HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET ftp://x/products/1 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /livez?x=1 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /\(String(repeating: "x", count: 20_000)) HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\(String(repeating: "X: y\r\n", count: 3000))\r\n",
        "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
        "TRACE /products HTTP/1.1\r\nHost: x\r\n\r\n",
        "PROPFIND /products HTTP/1.1\r\nHost: x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0\r\n\r\n",
    ]
}
