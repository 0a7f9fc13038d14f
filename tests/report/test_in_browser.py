"""The page in a real browser, if one is there: rows on demand, four printed pages, and what axe-core finds."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from testbed.report.page import render

ROOT = Path(__file__).parents[2]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE = Path(os.environ.get("AXE_CORE", ROOT / "node_modules" / "axe-core" / "axe.min.js"))
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")


def browse(tmp_path: Path, *options: str) -> str:
    """What Chromium prints; it opens no connection and keeps nothing."""
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    words += [f"--user-data-dir={tmp_path / 'profile'}", "--disable-component-update", "--disable-sync"]
    done = subprocess.run([str(BROWSER), *words, *options], capture_output=True, text=True, check=True, timeout=300)
    return done.stdout


@pytest.fixture
def page(tmp_path, findings, manifest):
    path = tmp_path / "report.html"
    path.write_text(render(findings, manifest), encoding="utf-8")
    return path


def test_a_link_to_a_row_opens_its_measure_and_draws_its_rows(tmp_path, page):
    drawn = browse(tmp_path, "--dump-dom", f"file://{page}#f12")
    assert re.search(r'<tr id="f12"[^>]*class="here"|<tr class="here"[^>]*id="f12"|<tr id="f12"', drawn)
    plain = page.read_text(encoding="utf-8")
    assert 'id="f12"' not in plain
    assert '<div id="searching" role="search" hidden' in plain  # without a script there is no search
    assert '<div id="searching" role="search">' in drawn


def test_it_prints_on_four_pages_or_fewer(tmp_path, page):
    browse(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'page.pdf'}", f"file://{page}")
    made = (tmp_path / "page.pdf").read_bytes()
    assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", made)) <= 4


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here: npm install axe-core, or AXE_CORE=axe.min.js")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(tmp_path, page, scheme):
    text = re.sub(r"<meta http-equiv=[^>]*>", "", page.read_text(encoding="utf-8"))
    if scheme == "dark":
        text = text.replace("(prefers-color-scheme: dark)", "all")
    told = (
        "document.querySelectorAll('details').forEach((one) => { one.open = true; });"
        "setTimeout(() => axe.run().then((found) => { const made = document.createElement('pre'); made.id = 'axe';"
        "made.textContent = JSON.stringify(found.violations.map((one) => [one.id, one.nodes.map((n) => n.html)]));"
        "document.body.append(made); }), 200);"
    )
    text = text.replace("</body>", f"<script>{AXE.read_text(encoding='utf-8')}</script><script>{told}</script></body>")
    (tmp_path / "axe.html").write_text(text, encoding="utf-8")
    drawn = browse(tmp_path, "--virtual-time-budget=60000", "--dump-dom", f"file://{tmp_path / 'axe.html'}")
    found = re.search(r'<pre id="axe">(.*?)</pre>', drawn, re.S)
    assert found is not None
    assert json.loads(unescape(found[1])) == []
