# SPDX-License-Identifier: MIT
"""Tests of get-network.sh against a server on this machine that misbehaves on request."""

from __future__ import annotations

import gzip
import http.server
import os
import random
import shutil
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

SCRIPT = Path(__file__).with_name("get-network.sh")
NETWORK = gzip.compress(random.Random(1).randbytes(300_000))
UNCHECKED = "b18c384nbt-humanv0"  # no checksum is known
CHECKED = "b10c384h6nbttflrs"


class Handler(http.server.BaseHTTPRequestHandler):
    """/good serves the network, /broken cuts off the first answers, /short is not a whole file."""

    breaks_left = 0
    ranges: list[str | None] = []

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        Handler.ranges.append(asked)
        if self.path not in ("/good", "/broken", "/short"):
            self.send_error(404)
            return
        content = NETWORK[:1000] if self.path == "/short" else NETWORK
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if self.path == "/broken" and Handler.breaks_left > 0:
            Handler.breaks_left -= 1
            self.wfile.write(content[start : start + 100_000])
            self.close_connection = True
        else:
            self.wfile.write(content[start:])

    def log_message(self, *_: object) -> None:
        pass


@unittest.skipUnless(shutil.which("curl"), "curl is missing")
class GetNetworkTest(unittest.TestCase):
    def setUp(self) -> None:
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.folder = Path(tempfile.mkdtemp())
        self.target = self.folder / "home" / "default_model.bin.gz"
        Handler.ranges = []

    def tearDown(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder)

    def run_script(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"HOME": str(self.folder), "no_proxy": "*", "NO_PROXY": "*"}
        command = ["sh", str(SCRIPT), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)

    def get(self, path: str, name: str = UNCHECKED) -> subprocess.CompletedProcess[str]:
        url = f"http://127.0.0.1:{self.server.server_address[1]}{path}"
        return self.run_script(name, "--to", str(self.target), "--url", url)

    def left_over(self) -> list[str]:
        return sorted(p.name for p in self.target.parent.iterdir()) if self.target.parent.exists() else []

    def test_lists_and_refuses_what_it_does_not_know(self) -> None:
        self.assertIn(CHECKED, self.run_script().stdout)
        unknown = self.run_script("b99")
        self.assertEqual(unknown.returncode, 1)
        self.assertIn("unknown network b99", unknown.stderr)
        self.assertIn("unknown option --fast", self.run_script("--fast").stderr)

    def test_downloads_to_the_place_where_the_engine_looks(self) -> None:
        url = f"http://127.0.0.1:{self.server.server_address[1]}/good"
        done = self.run_script(UNCHECKED, "--url", url)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.folder / ".katago" / "default_model.bin.gz").read_bytes(), NETWORK)

    def test_goes_on_after_a_broken_connection(self) -> None:
        Handler.breaks_left = 1000
        broken = self.get("/broken")
        self.assertEqual(broken.returncode, 1)
        self.assertIn("broke off", broken.stderr)
        self.assertFalse(self.target.exists())
        Handler.breaks_left = 0
        Handler.ranges = []
        again = self.get("/broken")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.target.read_bytes(), NETWORK)
        self.assertTrue(self.left_over() == ["default_model.bin.gz"])
        self.assertTrue(Handler.ranges and Handler.ranges[0], "began anew")

    def test_rejects_a_wrong_checksum_and_keeps_what_was_there(self) -> None:
        self.target.parent.mkdir()
        self.target.write_text("old")
        wrong = self.get("/good", CHECKED)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("must be 0ba27ece", wrong.stderr)
        self.assertEqual(self.target.read_text(), "old")
        self.assertEqual(self.left_over(), ["default_model.bin.gz"])

    def test_rejects_half_a_file(self) -> None:
        half = self.get("/short")
        self.assertEqual(half.returncode, 1)
        self.assertIn("not a whole compressed file", half.stderr)
        self.assertEqual(self.left_over(), [])

    def test_tells_of_a_full_disk(self) -> None:
        self.target.parent.mkdir()
        (self.target.parent / f"{self.target.name}.{UNCHECKED}.part").symlink_to("/dev/full")
        full = self.get("/good")
        self.assertEqual(full.returncode, 1)
        self.assertIn("is the disk full?", full.stderr)
        self.assertFalse(self.target.exists())

    def test_replaces_only_regular_files(self) -> None:
        self.target.mkdir(parents=True)
        refused = self.get("/good")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("no regular file", refused.stderr)
        self.target.rmdir()
        self.target.symlink_to("behind.bin.gz")
        self.assertEqual(self.get("/good").returncode, 0)
        self.assertTrue(self.target.is_symlink())
        self.assertEqual((self.target.parent / "behind.bin.gz").read_bytes(), NETWORK)

    def test_tells_of_a_missing_network(self) -> None:
        port = self.server.server_address[1]
        gone = self.run_script(UNCHECKED, "--to", str(self.target), "--url", f"http://127.0.0.1:{port}/none")
        self.assertEqual(gone.returncode, 1)
        self.assertIn("broke off", gone.stderr)
        self.server.shutdown()
        self.server.server_close()
        offline = self.get("/good")
        self.assertEqual(offline.returncode, 1)
        self.assertIn("no network", offline.stderr)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


if __name__ == "__main__":
    unittest.main()
