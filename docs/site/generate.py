"""Write the source of the site: the documents as they are, and the pages that are made from the code and its files.

    python docs/site/generate.py
    sphinx-build -W --keep-going -n -c docs/site build/site-source build/site

The source mirrors the repository, so that links between documents hold on both. `make docs` runs both commands.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from escaping import templates
from interface import commands_page, names_page
from published import figures_page
from reference import pages
from tutorials import page, walks

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SOURCE = ROOT / "build" / "site-source"
"""Where the source of the site is written."""
COPIED = ("CHANGELOG.md", "CONTRIBUTING.md", "testbed/data/README.md")
"""Documents outside `docs/` that are pages of the site."""
KEPT = (".md", ".txt", ".yml", ".csv", ".png", ".py")
"""Endings of the files of `docs/` that the site has, as pages or to download."""
READ = ("How to read a finding", "What the tool does not claim")
"""Sections of the README that are a page of the site."""


def write(folder: Path, *, run: bool = True) -> None:
    """Write the source of the site into a folder, which is replaced. Without `run`, no walk of `examples/` is run."""
    if folder.exists():
        shutil.rmtree(folder)
    documents(folder)
    fill = templates(HERE / "templates")
    made = dict(pages(fill))
    made["commands"] = commands_page()
    made["published"] = figures_page(fill, ROOT / "benchmarks" / "published")
    made["reading"] = reading((ROOT / "README.md").read_text(encoding="utf-8"))
    for path, text in made.items():
        put(folder / f"{path}.md", text)
    put(folder / "api" / "index.rst", names_page())
    for walk in walks(ROOT / "examples") if run else ():
        print(f"Running {walk.name} ...", file=sys.stderr, flush=True)
        put(folder / "tutorials" / f"{walk.stem}.md", page(walk, folder / "tutorials" / "figures"))


def documents(folder: Path) -> None:
    """Copy the documents of the repository, and the pages that only the site has."""
    for path in sorted((ROOT / "docs").rglob("*")):
        if path.suffix in KEPT and HERE not in path.parents:
            put(folder / path.relative_to(ROOT), path.read_bytes())
    for name in COPIED:
        put(folder / name, (ROOT / name).read_bytes())
    for path in sorted((HERE / "pages").rglob("*.md")):
        put(folder / path.relative_to(HERE / "pages"), path.read_bytes())


def reading(readme: str) -> str:
    """The page that says how to read a finding, from the README; a link to a folder goes to its list of pages."""
    sections = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", readme, flags=re.MULTILINE))
    text = "\n".join(f"## {head}\n{sections[head]}" for head in READ)
    return "# Reading findings\n\n" + text.replace("](docs/decisions)", "](docs/decisions/index.md)")


def put(path: Path, text: str | bytes) -> None:
    """Write a file, and its folder if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


if __name__ == "__main__":
    write(SOURCE)
