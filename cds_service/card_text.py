"""A card as a person sees it, for the terminal. Not how an EHR shows it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text

COLOURS = {"critical": "red", "warning": "yellow", "info": "cyan"}


def show(response: Mapping[str, Any], console: Console) -> None:
    """Print every card of a response, or that there is none, and what was not checked."""
    for card in response["cards"]:
        console.print(_panel(card))
    if not response["cards"]:
        console.print("No card: looked, and there is nothing to do for what was checked.")
    coverage = response.get("extension", {}).get("org.precision-hooks.coverage", {})
    if coverage.get("checked"):
        console.print(Text("Checked: " + ", ".join(coverage["checked"])))
    for gap in coverage.get("notChecked", ()):
        console.print(Text(f"Not checked: {gap['subject']} ({gap['reason']}): {gap['because']}"))


def _panel(card: Mapping[str, Any]) -> Panel:
    colour = COLOURS[card["indicator"]]
    parts: list[Any] = [Text(card["summary"], style="bold"), Text(), Markdown(_tight(card.get("detail", "")))]
    for suggestion in card.get("suggestions", ()):
        parts.append(Text(f"[ {suggestion['label']} ]", style=f"bold {colour}"))
    if card.get("overrideReasons"):
        parts.append(Text("Keep it because: " + " · ".join(reason["display"] for reason in card["overrideReasons"]), style="dim"))
    parts += [Text(link["url"], style="dim") for link in card.get("links", ())]
    return Panel(
        Group(*parts), title=f"[bold {colour}]{card['indicator'].upper()}[/]", subtitle=Text(card["source"]["label"]), border_style=colour
    )


def _tight(markdown: str) -> str:
    """Paragraphs as lines: a terminal has no room for the space between them. Lists keep theirs."""
    blocks = markdown.split("\n\n")
    joints = ["\n\n" if "- " in (one[:2], other[:2]) else "  \n" for one, other in pairwise(blocks)]
    return "".join(block + joint for block, joint in zip(blocks, [*joints, ""], strict=True))
