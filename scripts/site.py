# SPDX-License-Identifier: Apache-2.0
"""Hooks of mkdocs.yml: links that leave docs/ become text, and equations are set by the distribution's KaTeX if it is there."""
import pathlib
import posixpath
import re

KATEX = pathlib.Path("/usr/share/javascript/katex")
RENDER = """document.addEventListener("DOMContentLoaded", () => renderMathInElement(document.body,
  {throwOnError: false, delimiters: [{left: "\\\\(", right: "\\\\)", display: false}, {left: "\\\\[", right: "\\\\]", display: true}]}));
"""
STYLE = ".katex-display { overflow-x: auto; overflow-y: hidden; }\n"


def katex_files():
    fonts = sorted(p.relative_to(KATEX) for p in (KATEX / "fonts").glob("*.woff2"))
    return [pathlib.Path(n) for n in ("katex.min.css", "katex.js", "contrib/auto-render.js")] + fonts


def on_config(config):
    if KATEX.is_dir():
        config["extra_css"] += ["katex/katex.min.css", "katex/render.css"]
        config["extra_javascript"] += ["katex/katex.js", "katex/contrib/auto-render.js", "katex/render.js"]
    return config


def on_page_markdown(markdown, page, **_):
    folder = posixpath.dirname(page.file.src_uri)

    def inside(link):
        text, target = link.groups()
        leaves = posixpath.normpath(posixpath.join(folder, target)).startswith("..")
        return text if leaves else link.group(0)

    return re.sub(r"(?<!!)\[([^\]\n]+)\]\((\.\.[^)\s]*)\)", inside, markdown)


def on_post_build(config):
    if not KATEX.is_dir():
        return
    for name in katex_files():
        to = pathlib.Path(config["site_dir"], "katex", name)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes((KATEX / name).read_bytes())
    for name, text in (("render.js", RENDER), ("render.css", STYLE)):
        pathlib.Path(config["site_dir"], "katex", name).write_text(text)
