"""Specs: what a person writes for a client of a certain version (the grammar of `tlslab compare --help`)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlslab.setup.versions.spec import Companion, Spec, SpecError, is_path, is_spec, parse

NAMES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,12}", fullmatch=True)
VERSIONS = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,4}){0,3}((a|b|rc)[0-9])?(\+local\.[0-9])?", fullmatch=True)
PATHS = st.from_regex(r"(/|\./|\.\./|~/)[A-Za-z0-9@._ -]{1,20}(/[A-Za-z0-9@._ -]{1,20}){0,3}", fullmatch=True)
PACKAGES = st.from_regex(r"(@[a-z]{1,6}/)?[A-Za-z][A-Za-z0-9]{0,5}([._-][a-z0-9]{1,4})?", fullmatch=True)
PINS = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,4}){0,3}(rc[0-9])?", fullmatch=True)
COMPANIONS = st.lists(
    st.builds(Companion, PACKAGES, PINS), max_size=3, unique_by=lambda item: item.package.lower().replace("_", "-")
).map(tuple)
SPECS = st.one_of(
    st.builds(Spec, NAMES, companions=COMPANIONS),
    st.builds(Spec, NAMES, version=VERSIONS | st.just("latest"), companions=COMPANIONS),
    st.builds(Spec, NAMES, path=PATHS, companions=COMPANIONS),
)


@given(SPECS)
def test_what_is_written_is_read_back(spec: Spec) -> None:
    assert parse(str(spec)) == spec


@given(SPECS)
def test_everything_but_a_bare_name_is_told_from_a_pattern_of_names(spec: Spec) -> None:
    assert is_spec(str(spec)) is not spec.is_plain


@given(st.text(max_size=40))
def test_any_text_is_a_spec_or_a_sentence(text: str) -> None:
    said = ""
    try:
        said = str(parse(text))
    except SpecError as problem:
        said = str(problem)
    assert said == text or repr(text) in said


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("odbc18", Spec("odbc18")),
        ("odbc18@18.5.1", Spec("odbc18", version="18.5.1")),
        ("tedious@latest", Spec("tedious", version="latest")),
        ("pymssql@/tmp/dist/pymssql-2.4.6-cp311.whl", Spec("pymssql", path="/tmp/dist/pymssql-2.4.6-cp311.whl")),
        ("tedious@./work/tedious", Spec("tedious", path="./work/tedious")),
        ("pymssql@2.4.6+local.1", Spec("pymssql", version="2.4.6+local.1")),
        ("python-tds+pyopenssl==25.0.0", Spec("python-tds", companions=(Companion("pyopenssl", "25.0.0"),))),
        (
            "requests@2.27.1+urllib3==1.26.18+certifi==2024.2.2",
            Spec(
                "requests",
                version="2.27.1",
                companions=(Companion("urllib3", "1.26.18"), Companion("certifi", "2024.2.2")),
            ),
        ),
        (
            "pymssql@/a+b/x.whl+cffi==1.17.0",
            Spec("pymssql", path="/a+b/x.whl", companions=(Companion("cffi", "1.17.0"),)),
        ),
    ],
)
def test_examples(text: str, spec: Spec) -> None:
    assert parse(text) == spec


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "names no client"),
        ("@1.0", "names no client"),
        ("Odbc 18@1", "names no client"),
        ("pymssql@", "which version"),
        ("pymssql@dist/x.whl", "neither a version nor a path"),
        ("pymssql@1.0+", "neither a version nor a path"),
        ("pymssql+cffi", "names no client"),
        ("pymssql@1+cffi==1+CFFI==2", "pins a package twice"),
    ],
)
def test_nonsense_is_a_sentence(text: str, why: str) -> None:
    with pytest.raises(SpecError, match=why):
        parse(text)


@pytest.mark.parametrize("pattern", ["pymssql", "py*", "odbc1[78]", "a.b"])
def test_patterns_of_names_are_no_specs(pattern: str) -> None:
    assert not is_spec(pattern)


def test_a_path_says_so_by_its_beginning() -> None:
    assert [is_path(word) for word in ("/x", "./x", "../x", "~/x", "1.0", "latest", "x/y")] == [True] * 4 + [False] * 3
