"""Work that waits for a server: fetches a page.

Start the server, which answers each request after 20 ms, in one terminal,

    python3 examples/http_work.py

and sweep in another one, with the address that it prints:

    MPMT_EXAMPLE_URL=http://127.0.0.1:PORT/ \\
        mpmt sweep --runtime python --task examples/http_work.py:work -p 1,2 -t 1,4,16

A thread that waits for an answer holds no lock, so threads help as much as processes, and cost less
memory.
"""

import os
import urllib.request

DELAY_S = 0.02

# Whatever proxy the environment names is not asked for a page of this machine.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def work(_instruction):
    """Is called once for each command; returns what the page says."""
    url = os.environ.get("MPMT_EXAMPLE_URL")
    if not url:
        raise RuntimeError("MPMT_EXAMPLE_URL is not set; start http_work.py and take its address")
    with OPENER.open(url, timeout=30) as answer:
        return int(answer.read())


def main():
    """Serves until it is told to stop. (What the server needs is imported here, so that who only
    works does not wait for it.)"""
    import http.server
    import time

    class Handler(http.server.BaseHTTPRequestHandler):
        """Answers every request with 1, after a while."""

        def do_GET(self):  # noqa: N802, the name is the library's
            time.sleep(DELAY_S)
            self.send_response(200)
            self.send_header("Content-Length", "1")
            self.end_headers()
            self.wfile.write(b"1")

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 256

    with Server(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_address[1]}/", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
