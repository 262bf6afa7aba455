"""Files of model cards (cards/*.toml): the list of attributes, common answers, and each model's own. Whether they agree is card_check's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from models.errors import KnowledgeError
from models.knowledge.card_types import ORIGINS, Attribute, AttributeGroup, CardKind, Cards, ModelCard, Published, Role, TripodItem, Use
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source

FOLDER = "cards/"
SCHEMA, COMMON = f"{FOLDER}schema.toml", f"{FOLDER}common.toml"


def read_cards(texts: Mapping[str, str], toml: Callable[[str, str], dict[str, Any]]) -> Cards:
    """Raises KnowledgeError naming the file and the place."""
    for name in (SCHEMA, COMMON):
        if name not in texts:
            raise KnowledgeError(f"{name}: is missing; no model could be accounted for without it")
    names = sorted(t for t in texts if t.startswith(FOLDER) and t.endswith(".toml") and t not in (SCHEMA, COMMON))
    cards = {card.model: card for name in names for card in [read_card(toml(name, texts[name]), name)]}
    schema = _schema(toml(SCHEMA, texts[SCHEMA]))
    with Table(toml(COMMON, texts[COMMON]), COMMON) as file:
        read_source(file)
        return Cards(
            **schema,
            common=file.mapping("common"),
            published=file.mapping("published"),
            trained=file.mapping("trained"),
            by_model=cards,
        )


def _schema(values: Mapping[str, Any]) -> dict[str, Any]:
    with Table(values, SCHEMA) as file:
        read_source(file)
        attributes = [_attribute(row) for row in file.tables("attribute")]
        groups = tuple([AttributeGroup(row.text("title"), row.texts("keys")) for row in file.tables("group")])
        items = tuple([_item(row) for row in file.tables("tripod")])
        uses = tuple([_use(row) for row in file.tables("use")])
        evidence = file.texts("evidence_based")
        found = {
            "attributes": {attribute.key: attribute for attribute in attributes},
            "predictive": groups,
            "evidence_based": evidence,
            "uses": uses,
            "headlines": file.texts("headlines"),
            "tripod": items,
            "outcomes": file.mapping("outcomes"),
        }
        if len({attribute.key for attribute in attributes}) != len(attributes):
            file.refuse("has two attributes of one key; a card could answer neither, so keep one")
        named = [key for group in groups for key in group.keys] + [key for item in items for key in item.keys]
        for key in (*named, *evidence, *(use.key for use in uses)):
            if key not in found["attributes"]:
                file.refuse(f"names the attribute '{key}', which has no [[attribute]]; define it or correct the key")
        return found


def _attribute(row: Table) -> Attribute:
    return Attribute(row.text("key"), row.text("title"), row.choice("origin", ORIGINS))


def _use(row: Table) -> Use:
    return Use(row.text("key"), row.text("label"), row.texts("inputs"))


def _item(row: Table) -> TripodItem:
    item = row.whole_within("item", 1, 27)
    return TripodItem(item or row.refuse("is missing; write it", "item"), row.text("title"), row.texts("keys"))


def read_card(values: Mapping[str, Any], where: str) -> ModelCard:
    """One model's card; the file bears the model's id. Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        read_source(file)
        with file.table("card") as head:
            model, kind = head.text("model"), head.choice("kind", get_args(CardKind))
            runs: Role = head.choice("runs", ("internal", "external")) if head.has("runs") else ""
            internal, external = head.texts("internal", []), head.texts("external", [])
        if where != f"{FOLDER}{model}.toml":
            file.refuse(f"is the card of '{model}'; a card's file bears its model's id")
        return ModelCard(
            model=model,
            kind=kind,
            attributes=file.mapping("attributes", {}),
            published=tuple([_published(row) for row in file.tables("published")]) if file.has("published") else (),
            runs=runs,
            internal=internal,
            external=external,
        )


def _published(row: Table) -> Published:
    return Published(
        attribute=row.text("attribute"),
        what=row.text("what"),
        value=row.text("value"),
        citation=row.text("citation"),
        url=row.text("url"),
        read=row.flag("read"),
    )
