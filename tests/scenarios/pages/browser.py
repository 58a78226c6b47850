"""Moves a page's sliders in a headless browser, and returns what the page then says."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")

SCRIPT = """
<pre id="seen"></pre>
<script>
{
const moves = %s, seen = [], who = document.getElementById("who");
who.value = %s;
who.dispatchEvent(new Event("change"));
for (const one of moves) {
  document.getElementById("reset").click();
  let took = 0;
  for (const [lever, kind, value] of one) {
    const radio = document.querySelector(`input[name="kind-${lever}"][value="${kind}"]`);
    radio.click();
    const slider = document.getElementById(`lever-${lever}`);
    slider.value = value;
    // The quickest of thirty: what else the machine does only adds to it.
    const times = [...Array(30)].map(() => {
      const start = performance.now();
      slider.dispatchEvent(new Event("input"));
      return performance.now() - start;
    });
    took = Math.max(took, Math.min(...times));
  }
  seen.push({ ...document.getElementById("sentence").dataset,
    values: one.map(([lever]) => +document.getElementById(`lever-${lever}`).value),
    sentence: document.getElementById("sentence").textContent,
    rungs: [1, 2, 3].map((k) => document.getElementById(`rung-${k}`).dataset.mean), took });
}
document.getElementById("seen").textContent = JSON.stringify(seen);
}
</script></body>
"""


def moved(
    html: str, moves: Sequence[Sequence[tuple[int, str, float]]], who: str = "all"
) -> list[dict[str, Any]]:
    """Return what the page says of someone after some moves: (lever, kind, value) triples."""
    assert BROWSER is not None
    whole = html.replace("</body>", SCRIPT % (json.dumps(moves), json.dumps(who)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(whole, encoding="utf-8")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000"]
        flags += [f"--user-data-dir={folder}/profile", "--dump-dom"]
        done = subprocess.run(
            [BROWSER, *flags, path.as_uri()],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
    text = done.stdout.split('<pre id="seen">', 1)[1].split("</pre>", 1)[0]
    return json.loads(text.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&"))
