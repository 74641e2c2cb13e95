"""Identifiers of every scheme, bare, named and in addresses; their addresses, and what compares as equal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligngraph.bibliography.addresses import check_url
from aligngraph.bibliography.identifiers import (
    ACL,
    ARXIV,
    DBLP,
    DOI,
    GITHUB,
    HUGGING_FACE,
    ISBN,
    OPENREVIEW,
    ORCID,
    SCHEMES,
    Identifiers,
    Scheme,
    arxiv_doi,
    arxiv_year,
    find_arxiv,
    find_doi,
    identifiers_of,
    identifiers_of_doi,
    identifiers_of_url,
)
from tests.support.marks import examples

SICI = "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O"
SHAPES = Path(__file__).parents[2] / "ontology" / "shapes.ttl"


@pytest.mark.parametrize(
    ("url", "identifiers"),
    [
        ("https://arxiv.org/abs/2305.18290", Identifiers(arxiv="2305.18290")),
        ("http://www.arxiv.org/pdf/2305.18290v2.pdf", Identifiers(arxiv="2305.18290")),
        ("https://arxiv.org/html/2305.18290v1/", Identifiers(arxiv="2305.18290")),
        ("https://arxiv.org/pdf/cs/9901001", Identifiers(arxiv="cs/9901001")),
        ("https://arxiv.org/abs/math.GT/0309136v1", Identifiers(arxiv="math/0309136")),
        ("https://ar5iv.labs.arxiv.org/html/2305.18290", Identifiers(arxiv="2305.18290")),
        ("https://huggingface.co/papers/2305.18290", Identifiers(arxiv="2305.18290")),
        ("https://doi.org/10.48550/arXiv.2305.18290", Identifiers(doi="10.48550/arXiv.2305.18290", arxiv="2305.18290")),
        (
            "https://doi.org/10.18653/v1/2022.acl-long.26",
            Identifiers(doi="10.18653/v1/2022.acl-long.26", acl="2022.acl-long.26"),
        ),
        ("https://doi.org/10.18653/v1/D19-1454", Identifiers(doi="10.18653/v1/D19-1454", acl="D19-1454")),
        ("https://doi.org/10.18653/v1/d19-1454", Identifiers(doi="10.18653/v1/d19-1454", acl="D19-1454")),
        ("https://dl.acm.org/doi/pdf/10.1145/3442188.3445924", Identifiers(doi="10.1145/3442188.3445924")),
        ("https://doi.org/10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O", Identifiers(doi=SICI)),
        (
            "https://onlinelibrary.wiley.com/doi/abs/10.1002/(SICI)1097-4571(199806)49:8%3C693::AID-ASI4%3E3.0.CO;2-O",
            Identifiers(doi=SICI),
        ),
        ("https://doi.org/10.1000/a?utm_source=x", Identifiers(doi="10.1000/a")),
        ("https://link.springer.com/article/10.1007/s11023-020-09539-2", Identifiers(doi="10.1007/s11023-020-09539-2")),
        ("https://aclanthology.org/2023.findings-acl.99.pdf", Identifiers(acl="2023.findings-acl.99")),
        ("https://www.aclweb.org/anthology/W19-5040", Identifiers(acl="W19-5040")),
        ("https://openreview.net/forum?id=HPuSIXJaa9&noteId=x", Identifiers(openreview="HPuSIXJaa9")),
        ("https://openreview.net/pdf?id=KBMOKmX2he", Identifiers(openreview="KBMOKmX2he")),
        ("https://github.com/a/2305.18290", Identifiers()),
        ("https://arxiv.org/list/cs.CL/recent", Identifiers()),
        ("https://arxiv.org/abs/2313.18290", Identifiers()),
        ("https://arxiv.org/abs/ape/0301009", Identifiers()),
        ("https://evilarxiv.org/abs/2305.18290", Identifiers()),
        ("https://evildoi.org/10.1000/a", Identifiers()),
        ("https://example.org/10.1000/a", Identifiers()),
        ("https://[", Identifiers()),
        ("javascript:alert(1)", Identifiers()),
    ],
)
def test_address_gives_its_identifiers(url: str, identifiers: Identifiers) -> None:
    assert identifiers_of_url(url) == identifiers


def test_several_addresses_add_up_and_the_first_of_a_kind_counts() -> None:
    urls = [
        "https://openreview.net/forum?id=HPuSIXJaa9",
        "https://arxiv.org/abs/2305.18290",
        "https://arxiv.org/abs/2307.00001",
    ]
    assert identifiers_of(urls) == Identifiers(arxiv="2305.18290", openreview="HPuSIXJaa9")


@pytest.mark.parametrize(
    ("scheme", "text", "value"),
    [
        (DOI, "doi: 10.1000/aB.", "10.1000/aB"),
        (DOI, "DOI10.1000/aB", "10.1000/aB"),
        (DOI, "doi:https://dx.doi.org/10.1000/aB", "10.1000/aB"),
        (DOI, "doi.org/10.1000/aB", "10.1000/aB"),
        (DOI, "10.1002/%28SICI%291097-4571%28199806%2949%3A8%3C693%3A%3AAID-ASI4%3E3.0.CO%3B2-O", SICI),
        (DOI, "10.1000.10/123456", "10.1000.10/123456"),
        (DOI, "10.1/x", None),
        (DOI, "10.1000/", None),
        (DOI, "10.1000/a b", None),
        (ARXIV, "arXiv:2305.18290v2 [cs.LG]", "2305.18290"),
        (ARXIV, "arXiv preprint arXiv:2305.18290", "2305.18290"),
        (ARXIV, "cs.CL/0301009", "cs/0301009"),
        (ARXIV, "arXiv:math.GT/0309136v1", "math/0309136"),
        (ARXIV, "hep-th/9711200", "hep-th/9711200"),
        (ARXIV, "cond-mat.dis-nn/0301009", None),
        (ARXIV, "2399.18290", None),
        (ARXIV, "٢٣٠٥.١٨٢٩٠", None),
        (ACL, "p19-1001", "P19-1001"),
        (ACL, "2023.ACL-long.806v2", "2023.acl-long.806"),
        (OPENREVIEW, "openreview:HPuSIXJaa9", "HPuSIXJaa9"),
        (DBLP, "DBLP:conf/nips/RafailovSMMEF23", "conf/nips/RafailovSMMEF23"),
        (DBLP, "https://dblp.uni-trier.de/rec/bib/conf/nips/RafailovSMMEF23", "conf/nips/RafailovSMMEF23"),
        (DBLP, "https://dblp.org/rec/conf/nips/RafailovSMMEF23.html", "conf/nips/RafailovSMMEF23"),
        (ISBN, "ISBN-13: 978 1 4503 8309 7", "978-1-4503-8309-7"),
        (ISBN, "urn:isbn:080442957x", "080442957X"),
        (ISBN, "9781450383098", None),
        (ISBN, "1748-9326", None),
        (ORCID, "https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097"),
        (ORCID, "0000-0002-1694-233x", "0000-0002-1694-233X"),
        (ORCID, "0000-0002-1825-0098", None),
        (HUGGING_FACE, "https://huggingface.co/datasets/Anthropic/hh-rlhf", "datasets/Anthropic/hh-rlhf"),
        (HUGGING_FACE, "https://huggingface.co/docs/trl", None),
        (GITHUB, "https://github.com/tatsu-lab/stanford_alpaca.git", "tatsu-lab/stanford_alpaca"),
        (GITHUB, "https://github.com/a/b/tree/main", None),
    ],
)  # fmt: skip
def test_identifier_is_read_in_every_way_it_is_written(scheme: Scheme, text: str, value: str | None) -> None:
    assert scheme.parse(text) == value


GRAPHIC = st.characters(exclude_categories=["C", "Z"])
DIGITS = "0123456789"
REGISTRANT = st.from_regex(r"10\.[0-9]{4,9}(\.[0-9]{1,4}){0,2}", fullmatch=True)
DOIS = st.tuples(REGISTRANT, st.text(GRAPHIC, min_size=1, max_size=30)).map("/".join)
NUMBERS = {
    "old": (range(1991 * 12, 2007 * 12 + 3), 3),
    "four": (range(2007 * 12 + 3, 2015 * 12), 4),
    "five": (range(2015 * 12, 2091 * 12), 5),
}
"""The months, counted, in which arXiv numbers its preprints so, and how many digits the number has."""


def period(month: int) -> str:
    return f"{month // 12 % 100:02}{month % 12 + 1:02}"


@st.composite
def arxiv_numbers(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(sorted(NUMBERS)))
    months, digits = NUMBERS[kind]
    number = draw(st.text(DIGITS, min_size=digits, max_size=digits))
    head = period(draw(st.sampled_from(months)))
    return f"{draw(st.sampled_from(['cs/', 'hep-th/']))}{head}{number}" if kind == "old" else f"{head}.{number}"


@st.composite
def isbns(draw: st.DrawFn) -> str:
    digits = "978" + draw(st.text(DIGITS, min_size=9, max_size=9))
    check = -sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10
    return f"{digits}{check}"


VALUES = {
    DOI: DOIS,
    ARXIV: arxiv_numbers(),
    ACL: st.from_regex(r"[A-Z][0-9]{2}-[0-9]{4}|20[0-9]{2}\.[a-z]{3,8}-[a-z0-9]{1,5}\.[0-9]{1,3}", fullmatch=True),
    OPENREVIEW: st.from_regex(r"[A-Za-z0-9_-]{8,20}", fullmatch=True),
    DBLP: st.from_regex(r"(conf|journals|phd)/[a-z]{2,8}/[A-Za-z0-9-]{2,20}", fullmatch=True),
    ISBN: isbns(),
    ORCID: st.sampled_from(["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X"]),
    HUGGING_FACE: st.from_regex(r"(datasets/)?[A-Za-z0-9][A-Za-z0-9-]{9,15}/[A-Za-z0-9]{1,15}", fullmatch=True),
    GITHUB: st.from_regex(r"[A-Za-z0-9][A-Za-z0-9-]{14,19}/[A-Za-z0-9_-]{1,15}", fullmatch=True),
}  # fmt: skip


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@settings(max_examples=examples(150), deadline=None)
@given(data=st.data())
def test_address_of_an_identifier_is_an_iri_and_leads_back_to_it(scheme: Scheme, data: st.DataObject) -> None:
    value = data.draw(VALUES[scheme])
    assert scheme.is_valid(value)
    address = scheme.address(value)
    assert re.fullmatch(r"[!#$%&'()*+,/0-9:;=?@A-Z_a-z~.-]+", address)
    assert scheme.parse(address) == value
    if scheme is not ISBN:
        # So it stands in the data, unchanged.
        assert check_url(address) == (address, "")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@settings(max_examples=examples(100), deadline=None)
@given(data=st.data())
def test_identifier_in_normal_form_is_read_as_itself_and_case_counts_where_the_scheme_says(
    scheme: Scheme, data: st.DataObject
) -> None:
    # A stop behind a DOI is taken for the sentence's, and a percent sign for that of an address.
    value = data.draw(VALUES[scheme].filter(lambda value: "%" not in value and value[-1] not in ".,;"))
    assert scheme.parse(value) == value
    assert scheme.parse(f"  {scheme.name}: {value}\n") == value
    if scheme.cased:
        assert (scheme.key(value) == scheme.key(value.swapcase())) == (value == value.swapcase())
    elif value.isascii():
        assert scheme.key(value.upper()) == scheme.key(value.lower())


def test_arxiv_numbers_have_the_digits_of_their_month_in_identifiers_and_in_shapes() -> None:
    shapes = SHAPES.read_text(encoding="utf-8")
    found = re.search(r'agsh:PublicationArxivId\n(?:[^\n]+\n)*?    sh:pattern "([^\n]+)" ;\n', shapes)
    assert found is not None
    shape = re.compile(found[1].replace("\\\\", "\\"))
    for month in range(1991 * 12, 2091 * 12):
        for digits in range(2, 8):
            for head in ("", "cs/"):
                text = f"{head}{period(month)}{'' if head else '.'}{'1' * digits}"
                kinds = [kind for kind, (months, count) in NUMBERS.items() if month in months and count == digits]
                right = any((kind == "old") == bool(head) for kind in kinds)
                assert (ARXIV.parse(text) == text, bool(shape.search(text))) == (right, right), text
    for number in ("2300.18290", "2313.18290", "cs/0013001", "0700.0001"):
        assert (ARXIV.parse(number), shape.search(number)) == (None, None)


@given(st.text(max_size=60))
def test_no_text_breaks_a_scheme_and_nothing_invalid_is_read(text: str) -> None:
    for scheme in SCHEMES:
        for url in (text, f"{scheme.base}{text}"):
            value = scheme.parse(url)
            assert value is None or scheme.is_valid(value)


def test_isbns_of_ten_and_thirteen_digits_of_one_book_are_one() -> None:
    assert ISBN.key("0-8044-2957-X") == ISBN.key("978-0-8044-2957-3") == "9780804429573"


def test_dois_of_arxiv_and_the_anthology_contain_the_identifier_and_others_none() -> None:
    assert identifiers_of_doi(arxiv_doi("cs/0301009")).arxiv == "cs/0301009"
    assert identifiers_of_doi("10.3115/v1/P14-1001").acl == "P14-1001"
    assert identifiers_of_doi("10.3115/1073083.1073135") == Identifiers(doi="10.3115/1073083.1073135")
    assert identifiers_of_doi("10.48550/arXiv.odd") == Identifiers(doi="10.48550/arXiv.odd")


def test_arxiv_identifier_tells_its_year() -> None:
    years = {"2305.18290": 2023, "hep-th/9711200": 1997, "cs/0301009": 2003, "odd": None}
    assert {number: arxiv_year(number) for number in years} == years


@pytest.mark.parametrize(
    ("text", "doi", "arxiv"),
    [
        (f"In JASIS. doi: {SICI}.", SICI, None),
        (f"<td>(doi:{SICI})</td>", SICI, None),
        ("see [doi:10.1000/x], arXiv 2305.18290v2.", "10.1000/x", "2305.18290"),
        ("doi:10.1000/a(b)c<br>next", "10.1000/a(b)c", None),
        ("https://doi.org/10.1000/x", "10.1000/x", None),
        ("CoRR abs/2305.18290 (2023)", None, "2305.18290"),
        ("arXiv:cs.CL/0301009", None, "cs/0301009"),
        ("arXiv 2022, 10.1000/x", None, None),
    ],
)
def test_identifiers_are_found_in_running_text(text: str, doi: str | None, arxiv: str | None) -> None:
    assert (find_doi(text), find_arxiv(text)) == (doi, arxiv)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@settings(max_examples=examples(50), deadline=None)
@given(data=st.data())
def test_shapes_accept_what_the_scheme_calls_its_normal_form(scheme: Scheme, data: st.DataObject) -> None:
    """Patterns in shapes.ttl stand in Turtle, so they can't be shared."""
    pattern = rf'sh:path ag:{scheme.term} ;(?:(?!\n\.\n).)*?sh:pattern "([^"]+)"'
    found = re.search(pattern, SHAPES.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    assert re.search(found[1].replace("\\\\", "\\"), data.draw(VALUES[scheme]))
