"""Identifiers of works, people and repositories: what each scheme's look like, how two compare, where they lead.

Every part of aligngraph that meets an identifier asks here, so that import, queries, exports and validation agree. The
*normal form* is what the data holds: a DOI as it was registered, an arXiv identifier without version and subject
class. Nothing is derived but where the scheme's own rule says so: arXiv's and the ACL Anthology's DOIs contain the
identifier.

>>> ARXIV.parse("https://arxiv.org/pdf/cs.CL/0301009v2")
'cs/0301009'
>>> DOI.address("10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O")
'https://doi.org/10.1002/(SICI)1097-4571(199806)49:8%3C693::AID-ASI4%3E3.0.CO;2-O'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from urllib.parse import parse_qs, quote, unquote, urlsplit

# The archives of arXiv up to March 2007, also those that were renamed (https://arxiv.org/archive).
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga|"
    "funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|"
    "q-alg|q-bio|quant-ph|solv-int|stat|supr-con"
)
# Up to March 2007 an archive and a number of three digits in each month, up to 2014 one of four, then of five
# (https://info.arxiv.org/help/arxiv_identifier.html).
_MONTH = r"(?:0[1-9]|1[0-2])"
_OLD = rf"(?:(?:9[1-9]|0[0-6]){_MONTH}|070[1-3])[0-9]{{3}}"
_NEW = rf"(?:(?:07(?:0[4-9]|1[0-2])|(?:0[89]|1[0-4]){_MONTH})\.[0-9]{{4}}|(?:1[5-9]|[2-8][0-9]|90){_MONTH}\.[0-9]{{5}})"
_ARXIV = rf"(?:{_NEW}|(?:{_ARCHIVES})/{_OLD})"
_ARXIV_LOOSE = rf"(?P<new>{_NEW})|(?P<archive>{_ARCHIVES})(?:\.[a-z]{{2}}(?:-[a-z]+)?)?/(?P<old>{_OLD})"
_VERSION = r"(?:v[0-9]+)?"
# DOI handbook, 2.2: a prefix of numbers, a slash, and any graphic characters.
_DOI = r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\x00-\x1f\x7f-\x9f\ud800-\uf8ff]+"
_ACL = r"(?:[A-Z][0-9][0-9]-[0-9]{4,5}|[0-9]{4}\.[a-z0-9_]+-[a-z0-9_]+\.[0-9]+)"
_REPOSITORY = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*)/[A-Za-z0-9._-]+"


@dataclass(frozen=True)
class Scheme:
    """A kind of identifier.

    *term* is the local name of its property in the ontology, *base* what its addresses begin with, *prefix* what people
    write before one. *cased*: whether two that differ in the case of letters are two.
    """

    name: str
    label: str
    term: str
    base: str
    prefix: re.Pattern[str]
    pattern: re.Pattern[str]
    """The normal form."""
    normalise: Callable[[str], str] = field(repr=False)
    """From any spelling to the normal form; another text where it is none."""
    cased: bool = False

    def parse(self, text: str) -> str | None:
        """Return the normal form of *text*: an identifier, bare, after the scheme's name, or as an address."""
        bare = self.prefix.sub("", text.strip()).strip()
        if "://" in bare[:8] or _HOST.match(bare):
            return self.parse_address(bare if "://" in bare[:8] else f"https://{bare}")
        value = self.normalise(bare)
        return value if self.is_valid(value) else None

    def parse_address(self, url: str) -> str | None:
        """Return the identifier that the web address *url* spells out."""
        for scheme, value in _of_address(url):
            if scheme is self:
                return value
        return None

    def is_valid(self, value: str) -> bool:
        """Return whether *value* is an identifier in normal form; check digits count."""
        return self.pattern.fullmatch(value) is not None and _CHECKS.get(self.name, bool)(value)

    def address(self, value: str) -> str:
        """Return the address that *value* has by the scheme's rule, which `parse` reads back."""
        return self.base + (quote(value, safe="/:;()@!$&'*+,=~") if self.name == "doi" else value)

    def key(self, value: str) -> str:
        """Return what two spellings of one identifier share."""
        if self.name == "isbn":
            return _isbn13(value)
        return value if self.cased else value.casefold()


_FLAGS = re.IGNORECASE
_HOST = re.compile(
    r"(?:www\.|dx\.)?doi\.org/|arxiv\.org/|orcid\.org/|aclanthology\.org/|openreview\.net/|dblp\.org/", _FLAGS
)


def _scheme(
    name: str,
    label: str,
    term: str,
    base: str,
    prefix: str,
    pattern: str,
    to: Callable[[str], str],
    cased: bool = False,
) -> Scheme:
    spelled = re.compile(rf"^(?:{prefix})\s*[:.]?\s*", _FLAGS)
    return Scheme(name, label, term, base, spelled, re.compile(pattern), to, cased)


def _to_doi(text: str) -> str:
    # A percent sign with two hexadecimal digits comes from an address: no registered DOI is known to have one.
    return unquote(text).rstrip(".,;") if "%" in text else text.rstrip(".,;")


def _to_arxiv(text: str) -> str:
    found = re.fullmatch(rf"(?:{_ARXIV_LOOSE}){_VERSION}(?:\s*\[[\w.-]+\])?", text, _FLAGS)
    if found is None:
        return ""
    return found["new"] or f"{found['archive'].lower()}/{found['old']}"


def _to_acl(text: str) -> str:
    text = re.sub(r"v[0-9]+$", "", text)
    return text.upper() if text[:1].isalpha() else text.lower()


def _to_isbn(text: str) -> str:
    return re.sub(r"[\s‐‑–]", "-", text.strip()).upper()


def _isbn13(value: str) -> str:
    """Return the thirteen digits of an ISBN: one of ten names the same book as that after 978."""
    digits = re.sub(r"[^0-9Xx]", "", value).upper()
    if len(digits) != 10:
        return digits
    head = f"978{digits[:9]}"
    return head + str(-sum(int(digit) * (1 + 2 * (place % 2)) for place, digit in enumerate(head)) % 10)


def _isbn_fits(value: str) -> bool:
    digits = value.replace("-", "")
    values = [10 if digit == "X" else int(digit) for digit in digits]
    if len(values) == 10:
        return sum((10 - place) * value for place, value in enumerate(values)) % 11 == 0
    return sum((1 + 2 * (place % 2)) * value for place, value in enumerate(values)) % 10 == 0


def _orcid_fits(value: str) -> bool:
    """Return whether the check character is right (ISO 7064, MOD 11-2)."""
    total = 0
    for digit in value.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == value[-1]


_CHECKS: dict[str, Callable[[str], bool]] = {"isbn": _isbn_fits, "orcid": _orcid_fits}

DOI = _scheme("doi", "DOI", "doi", "https://doi.org/", r"doi(?=[:\s]|\.\s|10\.)", _DOI, _to_doi)
ARXIV = _scheme(
    "arxiv",
    "arXiv",
    "arxivId",
    "https://arxiv.org/abs/",
    r"arxiv(?:\s*(?:preprint|e-?print))?(?:\s*[:.]?\s*arxiv)?",
    _ARXIV,
    _to_arxiv,
)
ACL = _scheme("acl", "ACL Anthology", "aclAnthologyId", "https://aclanthology.org/", "acl(?=:)", _ACL, _to_acl)
OPENREVIEW = _scheme(
    "openreview", "OpenReview", "openReviewId", "https://openreview.net/forum?id=", "openreview(?=:)",
    r"[A-Za-z0-9_-]{8,20}", str.strip, cased=True
)  # fmt: skip
DBLP = _scheme(
    "dblp", "dblp", "dblpKey", "https://dblp.org/rec/", "dblp(?=:)",
    r"(?:books|conf|data|homepages|journals|phd|reference|series|tr|www)/[A-Za-z0-9]+/[A-Za-z0-9/_-]+", str.strip,
    cased=True
)  # fmt: skip
ISBN = _scheme(
    "isbn", "ISBN", "isbn", "urn:isbn:", r"(?:urn:)?isbn(?:-1[03])?", r"(?:97[89]-?)?(?:[0-9]-?){9}[0-9X]", _to_isbn
)
ORCID = _scheme(
    "orcid",
    "ORCID",
    "orcid",
    "https://orcid.org/",
    "orcid(?=:)",
    r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]",
    str.upper,
)
HUGGING_FACE = _scheme(
    "huggingface", "Hugging Face", "huggingFaceId", "https://huggingface.co/", "(?:hf|huggingface)(?=:)",
    rf"(?:(?:datasets|spaces)/)?{_REPOSITORY}", str.strip, cased=True
)  # fmt: skip
GITHUB = _scheme("github", "GitHub", "githubRepository", "https://github.com/", "github(?=:)", _REPOSITORY, str.strip)
SCHEMES = (DOI, ARXIV, ACL, OPENREVIEW, DBLP, ISBN, ORCID, HUGGING_FACE, GITHUB)


@dataclass(frozen=True)
class Identifiers:
    """What names a work for certain, each in normal form."""

    doi: str | None = None
    arxiv: str | None = None
    acl: str | None = None
    openreview: str | None = None
    isbn: str | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, part.name) for part in fields(self))

    def __or__(self, other: Identifiers) -> Identifiers:
        """Return these identifiers, with what they lack from *other*."""
        return Identifiers(*(getattr(self, part.name) or getattr(other, part.name) for part in fields(self)))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the scheme and the value of each, in the form in which two are compared."""
        for scheme in SCHEMES:
            if value := getattr(self, scheme.name, None):
                yield scheme.name, scheme.key(value)


_OF_WORKS = frozenset(part.name for part in fields(Identifiers))


def identifiers_of_url(url: str) -> Identifiers:
    """Return the identifiers of a work that the address itself spells out; none for an address of any other kind."""
    return Identifiers(**{scheme.name: value for scheme, value in _of_address(url) if scheme.name in _OF_WORKS})


def identifiers_of(urls: Iterable[str]) -> Identifiers:
    """Return the identifiers of the addresses together; the first of a kind counts."""
    together = Identifiers()
    for url in urls:
        together |= identifiers_of_url(url)
    return together


def identifiers_of_doi(doi: str) -> Identifiers:
    """Return *doi* and the identifiers that it contains by the rule of arXiv or of the ACL Anthology."""
    found = re.fullmatch(r"10\.(48550/arxiv\.|18653/v1/|3115/v1/)(.+)", doi, _FLAGS)
    if found is None:
        return Identifiers(doi)
    arxiv = found[1].startswith("48550")
    return Identifiers(doi, **{"arxiv" if arxiv else "acl": (ARXIV if arxiv else ACL).parse(found[2])})


def arxiv_doi(number: str) -> str:
    """Return the DOI of the arXiv identifier *number*: since 2022 each has one (https://info.arxiv.org/help/doi.html)."""
    return f"10.48550/arXiv.{number}"


def is_arxiv_doi(doi: str | None) -> bool:
    """Return whether *doi* is one that arXiv gives a preprint."""
    return doi is not None and doi[:15].lower() == "10.48550/arxiv."


def arxiv_year(number: str) -> int | None:
    """Return the year that an arXiv identifier tells (https://info.arxiv.org/help/arxiv_identifier.html)."""
    if not ARXIV.is_valid(number):
        return None
    short = int(number.rpartition("/")[2][:2])
    return (1900 if short > 90 else 2000) + short


_ACL_VENUE = re.compile(r"([0-9]{4})\.(?:(findings)-)?([a-z0-9]+)(?:-[a-z0-9]+)?\.[0-9]+")
_ACL_OLD = {"P": "ACL", "D": "EMNLP", "N": "NAACL", "C": "COLING", "J": "Computational Linguistics"}


def acl_venue(number: str) -> tuple[str | None, int | None]:
    """Return the venue and year that an ACL Anthology identifier spells out (https://aclanthology.org/info/ids/)."""
    if found := _ACL_VENUE.fullmatch(number):
        return (f"Findings of {found[3]}" if found[2] else found[3]), int(found[1])
    if not ACL.is_valid(number):
        return None, None
    year = int(number[1:3]) + (1900 if int(number[1:3]) > 60 else 2000)
    return (_ACL_OLD[number[0]] if re.match(r"[PDNCJ][0-9][0-9]-[1-4]", number) else None), year


def read_identifiers(text: str) -> tuple[tuple[Scheme, str], ...]:
    """Return each identifier that *text* may be, with its scheme: bare, after the scheme's name, or as an address."""
    return tuple((scheme, value) for scheme in SCHEMES if (value := scheme.parse(text)))


# Addresses

_ARXIV_PATH = re.compile(
    rf"/(?:abs|pdf|html|src|e-print|format|paper|papers|overview|list|vc)/((?:{_ARXIV_LOOSE}){_VERSION})(?:\.pdf)?(?:/|$)",
    _FLAGS,
)
_ARXIV_HOSTS = ("arxiv.org", "alphaxiv.org", "ar5iv.org", "arxiv.gg")
_OTHER_ARXIV_HOSTS = ("huggingface.co", "hf.co", "paperswithcode.com")
_ACL_PATH = re.compile(
    rf"/(?:anthology/|papers/(?:[A-Z]/[A-Z][0-9][0-9]/)?)?({_ACL})(?:v[0-9]+)?(?:\.pdf|\.bib|/)?", _FLAGS
)
_ACL_HOSTS = ("aclanthology.org", "aclweb.org", "anthology.aclweb.org", "aclanthology.info")
_PUBLISHERS = (
    "dl.acm.org", "link.springer.com", "onlinelibrary.wiley.com", "journals.sagepub.com", "tandfonline.com",
    "pubs.aip.org", "journals.aps.org", "psycnet.apa.org", "journals.plos.org", "science.org", "pnas.org",
    "royalsocietypublishing.org",
)  # fmt: skip
# What publishers put behind the DOI in the addresses of its pages and files.
_PAGE_OF_DOI = re.compile(
    r"(?:\.pdf|/(?:pdf|e?pdf|full|full/html|abstract|epub|html|fulltext\.html|summary|references|citations?|metrics))/?$",
    re.I,
)
_DBLP_PATH = re.compile(r"/rec/(?:bib(?:tex)?[0-9]?/|html/|xml/)?(.+?)(?:\.(?:html|bib|xml|rdf|nt|ttl|ris|json))?/?")
_NO_OWNERS = frozenset(
    "about apps blog chat collections contact datasets docs enterprise explore features join learn login marketplace "
    "models organizations orgs papers posts pricing search settings spaces sponsors tasks topics trending".split()
)


def _of_address(url: str) -> Iterator[tuple[Scheme, str]]:
    """Yield the identifiers that an address spells out, each with its scheme."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return
    path = unquote(parts.path)
    for scheme, value in _spelled(parts.scheme.lower(), host, path, parts.query):
        if scheme.is_valid(value):
            yield scheme, value


def _spelled(protocol: str, host: str, path: str, query: str) -> Iterator[tuple[Scheme, str]]:
    if protocol == "doi" or host in ("doi.org", "dx.doi.org", "doi.acm.org"):
        yield from _with_contained(re.sub(r"^/?(?:doi:)?", "", path, flags=re.I).strip())
    elif protocol not in ("http", "https"):
        return
    elif _is_at(host, _ARXIV_HOSTS) or (host in _OTHER_ARXIV_HOSTS and path.startswith(("/papers/", "/paper/"))):
        if found := _ARXIV_PATH.match(path):
            yield ARXIV, _to_arxiv(found[1])
    elif host in _ACL_HOSTS:
        if found := _ACL_PATH.fullmatch(path):
            yield ACL, _to_acl(found[1])
    elif host == "openreview.net":
        if path in ("/forum", "/pdf", "/attachment"):
            yield OPENREVIEW, "".join(parse_qs(query).get("id", [])[:1])
    elif host == "orcid.org":
        yield ORCID, path.strip("/").upper()
    elif _is_at(host, ("dblp.org", "dblp.uni-trier.de", "dblp.dagstuhl.de")):
        if found := _DBLP_PATH.fullmatch(path):
            yield DBLP, found[1]
    elif host in ("github.com", "huggingface.co", "hf.co"):
        yield from _repository(host, path.strip("/"))
    elif _is_at(host, _PUBLISHERS) and (found := re.search(_DOI, path)):
        doi = found[0]
        while (bare := _PAGE_OF_DOI.sub("", doi)) != doi:
            doi = bare
        yield from _with_contained(doi.rstrip("/.,;"))


def _is_at(host: str, sites: Iterable[str]) -> bool:
    return any(host == site or host.endswith(f".{site}") for site in sites)


def _with_contained(doi: str) -> Iterator[tuple[Scheme, str]]:
    contained = identifiers_of_doi(doi)
    yield from ((scheme, value) for scheme in (DOI, ARXIV, ACL) if (value := getattr(contained, scheme.name)))


def _repository(host: str, path: str) -> Iterator[tuple[Scheme, str]]:
    kind, _, rest = path.partition("/")
    if host != "github.com":
        if kind in ("datasets", "spaces") or kind not in _NO_OWNERS:
            yield HUGGING_FACE, path
    elif kind not in _NO_OWNERS:
        yield GITHUB, f"{kind}/{rest.removesuffix('.git')}"


# Running text

_DOI_IN_TEXT = re.compile(rf"\bdoi(?:\.org/|\s*:?\s*)({_DOI})", _FLAGS)
_ARXIV_IN_TEXT = re.compile(
    r"(?:\barxiv(?:\.org/(?:abs|pdf)/|[\s:./,-]*(?:preprint|e-?print)?[\s:./,-]*(?:arxiv)?[\s:./-]*)|\babs/)"
    rf"((?:{_ARXIV_LOOSE}){_VERSION})(?![0-9.]*[0-9])",
    _FLAGS,
)
_TAG = re.compile(r"</?(?:a|abbr|b|br|cite|code|em|i|li|p|span|strong|sub|sup|td|tr)\b[^<>]*/?>?", re.I)


def find_arxiv(text: str) -> str | None:
    """Return the arXiv identifier that *text* names in passing, as in "arXiv preprint arXiv:2305.18290v2 [cs.LG]"."""
    found = _ARXIV_IN_TEXT.search(text)
    return _to_arxiv(found[1]) if found else None


def find_doi(text: str) -> str | None:
    """Return the DOI that *text* names after "doi", as far as it goes: markup, a closing bracket or a stop ends it."""
    found = _DOI_IN_TEXT.search(text)
    if found is None:
        return None
    doi = found[1]
    if tag := _TAG.search(doi):
        doi = doi[: tag.start()]
    while doi:
        last = doi[-1]
        opening = {")": "(", "]": "[", "}": "{", ">": "<"}.get(last)
        if last not in ".,;:'\"*_`" and (opening is None or doi.count(opening) >= doi.count(last)):
            break
        doi = doi[:-1]
    return doi if DOI.is_valid(doi) else None
