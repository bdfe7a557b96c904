"""The published schema describes what is written, and refuses what is not."""

import json
from typing import Any

import jsonschema
import pytest

from orbitkernels.errors import InputError
from orbitkernels.proofs.certificate import Certificate, schema
from orbitkernels.proofs.evidence import Level
from orbitkernels.proofs.theorem import THEOREMS
from orbitkernels.proofs.verify import verify

SCHEMA = json.loads(schema())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    """A theorem with each kind of check."""
    return verify(["T1", "T5"], quick=True)


def document(certificate: Certificate) -> dict[str, Any]:
    return json.loads(json.dumps(certificate.to_dict()))


def test_the_schema_is_one_and_names_the_levels_of_the_code() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$defs"]["level"]["enum"] == [str(level) for level in Level]
    checks = SCHEMA["$defs"]["theorem"]["properties"]["checks"]["properties"]
    assert list(checks) == [str(level) for level in Level][2:]


def test_a_certificate_follows_the_schema_and_the_schema_names_all_of_it(certificate) -> None:
    data = document(certificate)
    VALIDATOR.validate(data)
    definitions = SCHEMA["$defs"]
    for name, found in (
        ("theorem", data["theorems"][0]),
        ("check", data["theorems"][0]["checks"]["exact"]),
        ("derivation", data["theorems"][0]["derivation"]),
        ("environment", data["environment"]),
    ):
        assert set(definitions[name]["required"]) == set(definitions[name]["properties"]) == set(found)


def test_a_failing_theorem_follows_the_schema_too(monkeypatch) -> None:
    from orbitkernels.numerics import dense

    right = dense.refit
    monkeypatch.setattr(dense, "refit", lambda *arguments: right(*arguments) * float("nan"))
    failing = verify(["T5"], quick=True)
    assert not failing.holds
    VALIDATOR.validate(document(failing))
    assert failing.to_dict()["theorems"][0]["residual"] is None


CHANGES = {
    "no theorems": lambda data: data.pop("theorems"),
    "something else": lambda data: data.update(remark="hello"),
    "another id": lambda data: data["theorems"][0].update(id="L1"),
    "an unknown level": lambda data: data["theorems"][0].update(level="certain"),
    "a short hash": lambda data: data["theorems"][0].update(statement_hash="abc"),
    "no seed": lambda data: data["environment"].pop("seed"),
    "a check at another level": lambda data: data["theorems"][0]["checks"]["exact"].update(level="numeric"),
    "an unknown check": lambda data: data["theorems"][0]["checks"].update(formal={}),
    "a negative residual": lambda data: data["theorems"][0]["checks"]["numeric"].update(residual=-1.0),
    "no instances named": lambda data: data["theorems"][0]["checks"]["exact"].pop("cases"),
    "a failing check of a theorem that holds": lambda data: data["theorems"][0]["checks"]["exact"].update(
        holds=False
    ),
    "a failing derivation of one": lambda data: data["theorems"][0]["derivation"].update(holds=False),
    "a failure without a reason": lambda data: data["theorems"][0].update(holds=False),
    "steps that are no number": lambda data: data["theorems"][0]["derivation"].update(steps="8"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_schema_refuses(certificate, change) -> None:
    data = document(certificate)
    CHANGES[change](data)
    assert not VALIDATOR.is_valid(data)


def test_every_theorem_can_be_named_in_a_certificate() -> None:
    validator = VALIDATOR.evolve(schema=SCHEMA["$defs"]["theorem_id"])
    assert all(validator.is_valid(name) for name in THEOREMS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"is damaged or of another version \(Expecting value"),
        ('{"theorems": []}', r"there is no 'environment'"),
        ('{"theorems": [{"id": "T1"}], "environment": {}}', r"the entry of T1 has no 'derivation'"),
        ('{"theorems": [{}], "environment": {}}', r"an entry has no"),
        ('{"theorems": [5], "environment": {}}', r"is damaged"),
    ],
)
def test_a_file_that_is_no_certificate_is_refused_in_one_line_that_says_where(tmp_path, text, message) -> None:
    path = tmp_path / "old.json"
    path.write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        Certificate.read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_certificate_that_is_not_there_is_refused(tmp_path) -> None:
    with pytest.raises(InputError, match=r"none.json' cannot be read: No such file"):
        Certificate.read(tmp_path / "none.json")
