"""Names of variants by HGVS in one spelling: protein, coding and genomic changes. It knows no sequence, so it proves no name right.

The grammar is mavehgvs's, which is strict; spellings that laboratories use beside it are levelled first. What does not parse
then is not understood (None), never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_CODES = """
A:Ala R:Arg N:Asn D:Asp C:Cys Q:Gln E:Glu G:Gly H:His I:Ile L:Leu K:Lys M:Met F:Phe P:Pro S:Ser T:Thr W:Trp Y:Tyr V:Val *:Ter
"""
#: IUPAC's one-letter and three-letter codes; "*" and "Ter" are the stop
_THREE = dict(code.split(":") for code in _CODES.split())
_ONE = {three: one for one, three in _THREE.items()}
_AA = r"(?:Ala|Arg|Asn|Asp|Cys|Gln|Glu|Gly|His|Ile|Leu|Lys|Met|Phe|Pro|Ser|Thr|Trp|Tyr|Val|Ter|[ACDEFGHIKLMNPQRSTVWY*])"
_PROTEIN = re.compile(
    rf"(?P<first>{_AA})(?P<start>[1-9][0-9]*)(?:_(?P<last>{_AA})(?P<end>[1-9][0-9]*))?"
    rf"(?:(?P<alt>{_AA}|X|=)|(?:{_AA})?(?P<fs>fs)(?:(?:\*|X|Ter)(?:[0-9]+|\?))?|(?P<kind>del|dup)|(?P<put>delins|ins)(?P<new>{_AA}+))"
)
_TOKEN = re.compile(_AA)
#: "NC_000007.14(NM_004333.6):" and "NM_004333.6(BRAF):" name the transcript and something beside it
_BESIDE = re.compile(
    r"^(?:N[CG]_[0-9]+\.[0-9]+\((?P<inner>[NX]M_[0-9]+(?:\.[0-9]+)?)\)|(?P<outer>[A-Z]+_?[0-9]+(?:t[0-9]+)?(?:\.[0-9]+)?)\([A-Za-z0-9-]+\)):"
)
_PLAIN = re.compile(r"[cgm]\.[1-9][0-9]*(?:A>[CGT]|C>[AGT]|G>[ACT]|T>[ACG])")  #: nearly every name, without the grammar's price
#: one residue for another: nearly every name, without the grammar's price
_PLAIN_PROTEIN = re.compile(r"p\.[A-Z][a-z]{2}[1-9][0-9]*[A-Z][a-z]{2}")
_BASES = re.compile(r"(?P<at>[0-9]+(?:_(?P<to>[0-9]+))?|[-*0-9+_]+)(?P<kind>del|dup)(?P<bases>[ACGT]+)(?P<ins>ins[ACGT]+)?$")
_SEQUENCES = {
    "c": re.compile(r"(?:[NX]M_[0-9]+(?:\.[0-9]+)?|ENST[0-9]{11}(?:\.[0-9]+)?|LRG_[0-9]+t[0-9]+)"),
    "g": re.compile(r"(?:N[CGTW]_[0-9]+(?:\.[0-9]+)?|LRG_[0-9]+)"),
    "m": re.compile(r"NC_[0-9]+(?:\.[0-9]+)?"),
    "p": re.compile(r"(?:[NX]P_[0-9]+(?:\.[0-9]+)?|ENSP[0-9]{11}(?:\.[0-9]+)?|LRG_[0-9]+p[0-9]+)"),
}
LONGEST = 300  #: characters of a name; a longer one is no single change


@dataclass(frozen=True, slots=True)
class Name:
    """A change on a sequence. `accession` and `version` are "" where they were not said."""

    change: str  #: "c.1905+1G>A", "g.140753336A>T", "m.1555A>G"
    accession: str = ""  #: "NM_000110"
    version: str = ""  #: "4"


@lru_cache(maxsize=4096)
def protein_change(text: str) -> str | None:
    """The short form ("V600E", "R97fs", "E746_A750del", "W24*", "G12=") of a p. name in one- or three-letter code, in brackets or not.

    Frame shifts lose their tail, which laboratories count differently. None: not understood.
    """
    if len(text) > LONGEST:
        return None
    sequence, colon, bare = text.strip().rpartition(":")
    if colon and not _SEQUENCES["p"].fullmatch(sequence):
        return None
    bare = _unbracketed(_unbracketed(bare).removeprefix("p."))
    found = _PROTEIN.fullmatch(bare)
    levelled = _three_letters(found) if found else None
    if levelled is None or not (_PLAIN_PROTEIN.fullmatch(levelled) or _parsed(levelled) is not None):
        return None
    return _short(levelled)


def _unbracketed(text: str) -> str:
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text


def _three_letters(found: re.Match[str]) -> str | None:
    """The levelled name as the grammar wants it: three letters, "Ter", no tail after "fs"."""
    start = _long(found["first"]) + found["start"]
    if found["last"]:
        if found["alt"] or found["fs"] or int(found["start"]) >= int(found["end"]):
            return None
        start += f"_{_long(found['last'])}{found['end']}"
    if found["alt"]:
        alt = "*" if found["alt"] == "X" else found["alt"]  # "X" was the stop until HGVS took "*" and "Ter"
        same = alt == "=" or _long(alt) == _long(found["first"])
        return f"p.{start}{'=' if same else _long(alt)}"
    new = "".join(_long(token) for token in _TOKEN.findall(found["new"] or ""))
    return f"p.{start}{found['fs'] or found['kind'] or found['put'] or ''}{new}"


def _long(letters: str) -> str:
    return _THREE.get(letters, letters)


def _short(levelled: str) -> str:
    """Every three-letter code in a name that parsed is one of these; "fs", "del", "ins" begin in lower case."""
    return re.sub(r"[A-Z][a-z]{2}", lambda m: _ONE[m[0]], levelled.removeprefix("p."))


@lru_cache(maxsize=4096)
def nucleotide_change(text: str) -> Name | None:
    """A c., g. or m. name with or without its sequence; a well-formed p. name behind it is left out. None: not understood.

    The bases of what was deleted or doubled are left out as HGVS wants it, where their number fits. A g. or m. name on a
    transcript, or a c. name on a chromosome, is not understood.
    """
    if len(text) > LONGEST:
        return None
    said, _, protein = text.strip().partition(" ")
    if protein and protein_change(protein.strip()) is None:
        return None
    beside = _BESIDE.match(said)
    if beside:
        said = f"{beside['inner'] or beside['outer']}:{said[beside.end() :]}"
    sequence, colon, change = said.rpartition(":")
    kind = change[:1]
    if change[1:2] != "." or kind not in ("c", "g", "m") or (colon and not _SEQUENCES[kind].fullmatch(sequence)):
        return None
    plain = _PLAIN.fullmatch(change) is not None
    levelled = change if plain else _without_bases(change)
    if levelled is None or not (plain or _parsed(levelled) is not None):
        return None
    accession, _, version = sequence.partition(".")
    return Name(levelled, accession, version)


def _without_bases(change: str) -> str | None:
    """ "c.295_298delTCAT" → "c.295_298del"; None where the bases are not as many as the positions."""
    found = _BASES.search(change, 2)
    if found is None:
        return change
    at, to = found["at"], found["to"]
    if (at.isdigit() or to) and len(found["bases"]) != (int(to) - int(at.partition("_")[0]) + 1 if to else 1):
        return None
    if found["ins"] and found["kind"] == "dup":
        return None
    return f"{change[: found.end('kind')]}{found['ins'] or ''}"


def _parsed(name: str) -> object | None:
    """The grammar's own value, None where it refuses. Imported here: it costs a tenth of a second, and few requests need it."""
    from mavehgvs import MaveHgvsParseError, Variant

    try:
        return Variant(name)
    except MaveHgvsParseError:
        return None
