"""Items of a list, with what stands below them, read as one entry."""

from __future__ import annotations

from collections.abc import Sequence

from aligngraph.bibliography.keys import title_key
from aligngraph.readinglists.blocks import Item, List, Para, joined
from aligngraph.readinglists.classify import all_pieces
from aligngraph.readinglists.draft import Draft
from aligngraph.readinglists.entry import read_entry
from aligngraph.readinglists.inline import plain
from aligngraph.readinglists.lexicon import LABELS


def read_item(item: Item, own: Sequence[Item]) -> Draft:
    """Return the fields of an item and of all below it but the items of *own*, which are entries themselves."""
    parts, apart = [para.pieces for para in item.paras], set(map(id, own))
    details: list[Item] = []
    for block in item.below:
        if isinstance(block, List):
            details += [sub for sub in block.items if id(sub) not in apart]
            parts += [part for sub in block.items if id(sub) not in apart for part in all_pieces(sub)]
        elif isinstance(block, Para):
            parts.append(block.pieces)
    draft = read_entry(joined(parts), item.line)
    if len(item.paras) == 1 and len(parts) == 2 and len(details) == 1:
        return _cited_below(item, details[0], draft) or draft
    if draft.title is None and draft.authors is None and draft.links and draft.venue:
        # "[ECCV 2031](…) - Videos": the page is called so, and did not come out there.
        label = draft.links[0].label
        if label.startswith(draft.venue) and label not in LABELS and plain(parts[0]).startswith(label):
            draft.title, draft.venue, draft.venue_sure = label, None, False
    return draft


def _cited_below(item: Item, detail: Item, whole: Draft) -> Draft | None:
    """Return the fields of an item that has only a name, with the work cited in full below it; None for others.

    "Lakeside + Hill [[Paper](…)]", and below it "Ana Rivera, Jo Berg, *Nets That Mend Themselves*, Letters 2031".
    """
    head, cited = read_entry(item.paras[0].pieces, item.line), read_entry(pieces := detail.paras[0].pieces, item.line)
    title, text = cited.title or "", plain(pieces)
    if not (cited.authors and cited.authors.strong and whole.authors) or head.authors or head.year is not None:
        return None
    before = text.partition(title[:20])[0] if title else ""
    ahead = before.strip(' *"“(,.')
    marked = before.endswith(('"', "“")) or any(piece.italic for piece in pieces if title[:12] in piece.text)
    names_first = ahead.endswith(cited.authors.names[-1][-3:])
    if not (ahead and names_first and title.count(" ")) or len((head.title or "").split()) > (12 if marked else 3):
        return None
    known = {link.url for link in head.links}
    cited.links = [*head.links, *(link for link in cited.links if link.url not in known)]
    cited.work_urls = [*head.work_urls, *cited.work_urls]
    cited.refused = [*head.refused, *cited.refused]
    cited.identifiers = cited.identifiers | head.identifiers
    cited.text, cited.marked, cited.again = whole.text, True, None
    if head.title and title_key(head.title) != title_key(title):
        cited.fields.setdefault("name", head.title)
    return cited
