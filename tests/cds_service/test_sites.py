"""A site's folder: its name, its files, several sites in one process, and the command that tells what is due."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from cds_service.sites import MOST_BYTES, paths, site, sites
from models.errors import KnowledgeError
from models.knowledge.policy_review import due
from models.knowledge.policy_rows import digest_of
from models.knowledge.policy_types import NO_POLICY
from models.knowledge.site_codes import read_site_codes, with_site_codes
from models.knowledge.types import Knowledge
from tests.support.site_folder import CODES, ORDER_CODE, OWN, policy, rule, toml, written

POLICY = toml(policy(rule(wording="Call us."), order_codes=(ORDER_CODE,)))


@pytest.mark.parametrize("name", ["..", ".", "../north", "north/..", "North", "no_rth", "", "a" * 41, "north\n", "/etc", "nörth", "%2e%2e"])
def test_security_S46_a_name_leads_nowhere_but_into_the_folder(name: str, tmp_path: Path) -> None:
    folder = written(tmp_path, codes=CODES)
    with pytest.raises(KnowledgeError, match=r"^site '.*': a name has 1 to 40 of a-z, 0-9 and '-'"):
        paths(name, folder)


def test_security_S46_a_link_leads_nowhere_else(tmp_path: Path, knowledge: Knowledge) -> None:
    folder = Path(written(tmp_path, codes=CODES))
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "codes.toml").write_text(CODES, "utf-8")
    (folder / "linked").symlink_to(tmp_path / "secret")
    with pytest.raises(KnowledgeError, match="site 'linked': sites/linked is no folder there"):
        site("linked", str(folder), knowledge)
    (folder / "south").mkdir()
    (folder / "south" / "codes.toml").symlink_to(tmp_path / "secret" / "codes.toml")
    with pytest.raises(KnowledgeError, match=r"south/codes\.toml: leads out of the folder of sites"):
        site("south", str(folder), knowledge)


def test_a_link_within_the_folder_is_how_some_mount_files(tmp_path: Path, knowledge: Knowledge) -> None:
    folder = Path(written(tmp_path, "north"))
    (folder / "north" / "..data").mkdir()
    (folder / "north" / "..data" / "codes.toml").write_text(CODES, "utf-8")
    (folder / "north" / "codes.toml").symlink_to(Path("..data") / "codes.toml")
    assert site("north", str(folder), knowledge).knowledge.local.results


def test_several_sites_share_what_is_shipped_and_nothing_else(tmp_path: Path, knowledge: Knowledge) -> None:
    written(tmp_path, "north", codes=CODES)
    written(tmp_path, "south", policy=POLICY)
    folder = written(tmp_path, "west")
    found = sites(["north", "south", "west", "north"], folder, knowledge)
    assert sorted(found) == ["", "north", "south", "west"]
    assert found[""].knowledge is knowledge and found[""].policy is NO_POLICY
    assert found["west"].knowledge is knowledge and found["west"].policy is NO_POLICY
    assert found["south"].knowledge is knowledge and found["south"].policy.rules
    north = found["north"].knowledge
    assert north.digest != knowledge.digest and len(north.digest) == 12
    assert north.genes is knowledge.genes and north.guidelines is knowledge.guidelines and north.drugs.products is knowledge.drugs.products
    assert north.drugs.own and not knowledge.drugs.own and not knowledge.local


def test_the_digest_of_knowledge_changes_with_the_codes_and_not_with_the_policy(tmp_path: Path, knowledge: Knowledge) -> None:
    one = site("north", written(tmp_path, codes=CODES), knowledge)
    two = site("north", written(tmp_path, policy=POLICY), knowledge)
    three = site("north", written(tmp_path, codes=CODES + "\n# read again\n", policy=POLICY + "\n"), knowledge)
    assert one.knowledge.digest == two.knowledge.digest != three.knowledge.digest
    assert two.policy.digest != three.policy.digest


def test_faults_of_all_sites_are_told_at_once(tmp_path: Path, knowledge: Knowledge) -> None:
    written(tmp_path, "north", codes="[[result]\n")
    folder = written(tmp_path, "south", policy="x = 1\n")
    with pytest.raises(KnowledgeError) as raised:
        sites(["north", "south", "east"], folder, knowledge)
    told = str(raised.value)
    assert "north/codes.toml: not TOML" in told
    assert "south/policy.toml: x is not a table that is read here" in told
    assert "site 'east': sites/east is no folder there" in told


def test_a_file_that_is_not_read_is_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    folder = written(tmp_path, polciy=POLICY)
    with pytest.raises(KnowledgeError, match=r"site 'north': polciy\.toml is not read; only codes\.toml and policy\.toml are"):
        site("north", folder, knowledge)


def test_without_a_folder_no_site_can_be_named(knowledge: Knowledge) -> None:
    with pytest.raises(KnowledgeError, match="site 'north': no folder of sites is set; set PRECISION_HOOKS_SITES"):
        site("north", "", knowledge)


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"\xff\xfe", "cannot be read as UTF-8 text"), (b"#" * (MOST_BYTES + 1), "is larger than")]
)
def test_a_file_that_is_no_file_of_a_site_is_refused(content: bytes, sentence: str, tmp_path: Path, knowledge: Knowledge) -> None:
    folder = written(tmp_path)
    Path(folder, "north", "policy.toml").write_bytes(content)
    with pytest.raises(KnowledgeError, match=f"north/policy.toml: {sentence}"):
        site("north", folder, knowledge)


def test_the_older_file_of_codes_stays_and_may_not_be_contradicted(tmp_path: Path, knowledge: Knowledge) -> None:
    head = "system\tcode\tingredients\troute\towner\treason\treview_by\n"
    line = f"{OWN}.1\tA\twarfarin\t\tward\tours\t2027-01-01\n"
    older = with_site_codes(knowledge.drugs, read_site_codes((head + line).splitlines(), "x", knowledge.drugs))
    both = site("north", written(tmp_path, codes=CODES), replace(knowledge, drugs=older)).knowledge.drugs.own
    assert sorted(code for _, code in both) == ["A", "PLAVIX75"]
    contrary = CODES.replace('"PLAVIX75"', '"A"')
    with pytest.raises(KnowledgeError, match=r"drug\[1\] says again what code 'A' means; keep one row, or one file"):
        site("north", written(tmp_path, codes=contrary), replace(knowledge, drugs=older))


def test_the_example_in_the_docs_is_a_faultless_site(tmp_path: Path, knowledge: Knowledge) -> None:
    text = (Path(__file__).parents[2] / "docs" / "curate.md").read_text("utf-8")
    codes, own = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    new = site("north", written(tmp_path, codes=codes, policy=own), knowledge)
    digest = digest_of(new.policy.rules[0], knowledge)
    found = site("north", written(tmp_path, policy=own.replace("000000000000", digest)), knowledge)
    assert due(found.policy, found.knowledge, date(2026, 11, 26)) == ()
    assert found.knowledge.local.results and found.knowledge.drugs.own and found.policy.order_codes


# ---- the command -----------------------------------------------------------------------------------------------------


def check(name: str, folder: str) -> Result:
    return CliRunner().invoke(main, ["policy", "check", name, "--sites", folder])


def test_the_command_tells_what_is_due_and_the_digest_to_write(tmp_path: Path, knowledge: Knowledge) -> None:
    folder = written(tmp_path, codes=CODES.replace("2027-06-30", "2020-01-01", 1), policy=POLICY)
    told = check("north", folder)
    assert told.exit_code == 1
    digest = digest_of(site("north", folder, knowledge).policy.rules[0], knowledge)
    assert "north/policy.toml: rule[1] (clopidogrel): was not yet written against shipped rows; it holds as it is." in told.output
    assert f'Read the rows, then write upstream = "{digest}" (it says "000000000000")' in told.output
    assert (
        "north/codes.toml: result[1]: to be reviewed by 2020-01-01, which has passed; Laboratory informatics answers for it" in told.output
    )
    assert "2 of 10 rows have something due." in told.output
    mended = written(tmp_path, codes=CODES.replace("2027", "2999"), policy=POLICY.replace("000000000000", digest).replace("2027", "2999"))
    told = check("north", mended)
    assert told.exit_code == 0, told.output
    assert told.output.startswith("10 rows, nothing due. Knowledge ")


def test_the_command_ends_with_two_where_the_files_cannot_be_used(tmp_path: Path) -> None:
    folder = written(tmp_path, policy=POLICY.replace("clopidogrel", "clopidogrelol"))
    told = check("north", folder)
    assert told.exit_code == 2
    assert "north/policy.toml: rule[1] names 'clopidogrelol'" in told.stderr
    shutil.rmtree(folder)
    assert check("north", folder).exit_code == 2
    assert check("../north", folder).exit_code == 2
