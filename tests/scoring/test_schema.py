"""The JSON Schema says of a pack what the reader says, as far as it can."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from service.rulebook.folder import read_folder
from service.scoring.forms import SHAPES
from service.scoring.parse import HEADER, parse_rules, read_rules
from service.scoring.positions import Mapping, Scalar, Tree, read_tree
from service.scoring.schema import pack_schema
from service.shipped import shipped
from tests.scoring.test_parse import BROKEN, INDICATORS, folder, one, rules

FILES = read_folder(shipped("rules"))
PACKS = [name for name in FILES if name.startswith("packs/")]


def plain(tree: Tree | None) -> Any:
    """A tree as JSON has it; an editor reads it that way too."""
    if tree is None or isinstance(tree, Scalar):
        return tree and tree.value
    if isinstance(tree, Mapping):
        return {key.text: plain(value) for key, value in tree.entries}
    return [plain(item) for item in tree.items]


def validator(files: dict[str, str]) -> Draft202012Validator:
    """The schema for the dictionary among `files`."""
    dictionary = parse_rules({"indicators.yaml": files["indicators.yaml"]} | SMALL)[1]
    schema = pack_schema(dictionary)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


SMALL = {"packs/p.yaml": rules("  - {id: A, name: 甲, kind: missing, at_least: {1: 1}}\n")["packs/p.yaml"]}
SHIPPED = validator(FILES)
OURS = validator({"indicators.yaml": INDICATORS})


@pytest.mark.parametrize("name", PACKS)
def test_every_shipped_pack_is_valid(name: str) -> None:
    tree, _ = read_tree(name, FILES[name])
    assert [f"{list(error.path)}: {error.message}" for error in SHIPPED.iter_errors(plain(tree))] == []


def test_every_field_of_every_kind_is_in_the_schema_and_no_other() -> None:
    schema: dict[str, Any] = dict(OURS.schema)
    assert list(schema["properties"]) == [*HEADER, "rules"]
    rule = schema["properties"]["rules"]["items"]
    kinds = {part["then"]["properties"]["kind"]["const"]: set(part["then"]["properties"]) for part in rule["allOf"]}
    assert kinds == {kind: set(shape.fields) for kind, shape in SHAPES.items()}


def test_ids_are_enumerated_with_their_names_and_dates_are_for_expiry_alone() -> None:
    schema: dict[str, Any] = dict(OURS.schema)
    of = {
        part["then"]["properties"]["kind"]["const"]: part["then"]["properties"]["of"]
        for part in schema["properties"]["rules"]["items"]["allOf"]
        if "of" in part["then"]["properties"]
    }
    defined = {kind: schema["$defs"][field["$ref"].rpartition("/")[2]] for kind, field in of.items() if "$ref" in field}
    assert defined["threshold"] == {
        "enum": ["wage.days", "wage.people", "staff"],
        "enumDescriptions": ["天数", "人数", "职工"],
    }
    assert (defined["expiry"]["enum"], defined["event"]["enum"]) == (["contract.ends"], ["event.strike"])


# What only holds values against each other, or against another file, is not for a schema to say.
BEYOND = (
    *(
        "重复",
        "递增",
        "早于 since",
        "低于较轻阈值",
        "1 到 4",
        "lag 不用",
        "负数",
        "两条规则",
        "519",
        "1 到 2",
        "2 到 2",
    ),
    *("不是日历上的周", "有限", "一条规则也没有", "以 id: 开头"),
)
SAID = [
    (files, says)
    for files, says in BROKEN
    if files["indicators.yaml"] == INDICATORS and not any(word in says for word in BEYOND)
]


@pytest.mark.parametrize(("files", "says"), SAID, ids=[says for _, says in SAID])
def test_what_the_reader_refuses_the_schema_refuses(files: dict[str, str], says: str) -> None:
    tree, broken = read_tree("packs/p.yaml", files["packs/p.yaml"].replace("⌖", ""))
    assert broken or not OURS.is_valid(plain(tree))


@pytest.mark.parametrize(
    "fields",
    [
        "kind: unusual, of: wage.days, method: ears_c1, baseline: 7, points: 5, level: red",
        "kind: unusual, of: wage.days, method: cusum, k: 0.5, points: 5, level: {1: red}",
        "kind: unusual, of: wage.days, method: cusum, alpha: 0.01, points: 5",
        "kind: children, applies_to: county, of: subtree, count_at: silent, per: children, at_least: {0.2: 5}",
        "kind: peers, of: wage.days, group_by: industry, min_group: 3, at_least: {3: 5}",
        "kind: change, of: staff, weeks: 4, against: mean, by: percent, up: {50: 4}, down: {-50: 4}",
        "kind: threshold, of: wage.days, carry: 0, for_weeks: 3, at_least: {1: 5}",
        "kind: threshold, of: wage.days, carry: 1, for_weeks: 3, at_least: {1: 5}",
        "kind: k_of_n, k: 1, points: 5, when: wage.days > 3",
        'kind: event, of: event.strike, within_weeks: 2, above: {1.5: 3}, where: {headcount: ">= 10", key: true}',
    ],
)
def test_reader_and_schema_agree_on_a_rule(fields: str) -> None:
    files = one(fields)
    tree, _ = read_tree("packs/p.yaml", files["packs/p.yaml"])
    assert OURS.is_valid(plain(tree)) == (not read_rules(files).problems)


def test_a_file_may_have_only_rules_or_only_the_header() -> None:
    assert OURS.is_valid({"rules": []})
    assert OURS.is_valid({"pack": "p", "version": "1", "name": "n", "levels": dict.fromkeys(LEVELS, 5)})
    assert not OURS.is_valid(folder(""))


LEVELS = ("blue", "yellow", "orange", "red")
