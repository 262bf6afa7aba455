"""The shape of what is known of tumour markers, and of the words by which labels name tumours. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.knowledge.source_block import Source


@dataclass(frozen=True, slots=True)
class TumourWords:
    """By which words labels name a type, and which types are cancers of the blood: the others are solid tumours."""

    source: Source
    words: Mapping[str, tuple[str, ...]]  #: OncoTree code → lower-case words
    blood: frozenset[str]  #: OncoTree codes; what lies below one is one as well
