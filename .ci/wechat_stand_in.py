"""As much of api.weixin.qq.com as the checks of release binaries need: one code that is good, all others are not.

The real simulator is part of the local service; this one spares a build that has nothing to do with the binaries.
"""

import contextlib
import http.server
import json
import threading
import urllib.parse

GOOD_CODE = "a-code-from-wx-login"
SESSION_KEY = "AAECAwQFBgcICQoLDA0ODw=="


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        if query.get("js_code") == [GOOD_CODE]:
            answer = {"openid": "o-rehearsal-0123456789-abcdef", "session_key": SESSION_KEY}
        else:
            answer = {"errcode": 40029, "errmsg": "invalid code, rid: 00000000-00000000-00000000"}
        body = json.dumps(answer).encode()
        self.send_response(200)
        # As WeChat does, although it is JSON.
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def running(host="127.0.0.1", port=0):
    """Serves at one address; the base URL."""
    server = http.server.ThreadingHTTPServer((host, port), _Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
