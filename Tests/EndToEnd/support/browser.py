"""Chromium without a window: opens a page, lets its scripts run and shows what the page has become."""

import html
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

# A page that redirects through three servers on a busy two-core machine.
PAGE_SECONDS = 120


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "no chromium: scripts/install-dependencies test"
    return found


class Browser:
    """One person's browser: cookies stay from page to page until it is closed."""

    def __init__(self):
        self.profile = pathlib.Path(tempfile.mkdtemp(prefix="medmitra-chromium-"))

    def open(self, url: str) -> str:
        """The document as it is when all has come to rest."""
        result = subprocess.run(
            [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--no-proxy-server",
             f"--user-data-dir={self.profile}", "--virtual-time-budget=30000", "--dump-dom", url],
            capture_output=True, text=True, timeout=PAGE_SECONDS)
        assert result.returncode == 0, result.stderr[-2000:]
        return result.stdout

    def result(self, url: str) -> dict:
        """What the page at the end of the way has written into its element `result`, as JSON."""
        document = self.open(url)
        found = re.search(r'<pre id="result">(.*?)</pre>', document, re.DOTALL)
        assert found and found[1], f"the way did not end on the app's page:\n{document[:3000]}"
        return json.loads(html.unescape(found[1]))

    def close(self):
        shutil.rmtree(self.profile, ignore_errors=True)
