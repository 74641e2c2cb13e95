"""``aligngraph site``: the catalogue's pages and data as files, for any web host."""

from __future__ import annotations

from pathlib import Path

import click

from aligngraph.cli.options import REQUEST_SECONDS, Origin, catalogue_options
from aligngraph.cli.progress import Bar
from aligngraph.text.plurals import count_of

PUBLISHED = "https://aligngraph.github.io/aligngraph/"
"""Where the redirects of w3id.org lead to."""
_SHOWN = 5


def _address(_: click.Context, __: click.Parameter, value: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise click.BadParameter(f"{value!r} is not an address of a site: write for example {PUBLISHED}")
    return value


@click.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", required=True, help="Folder to write.")
@click.option(
    "--base-url",
    "base",
    metavar="URL",
    default=PUBLISHED,
    show_default=True,
    callback=_address,
    help="Public address of the site.",
)
@catalogue_options(timeout=REQUEST_SECONDS, inferred=True)
def command(output: Path, base: str, origin: Origin) -> None:
    """Write the pages and data that 'aligngraph serve' answers with as files to DIR, for any web host.

    If DIR has a site already, only what changed is rewritten and what is gone is removed, all of it or nothing.
    Versions of the ontology and of the dumps stay as they were published, and other files stay too, such as CNAME. A
    folder that holds anything but such a site is refused. The same data give the same bytes.

    \b
    Examples:
      aligngraph site -o site
      aligngraph site -o site --base-url https://example.org/catalogue/
    """
    from aligngraph.web.static_site import check_site, write_site

    check_site(output)
    bar, count = Bar(), 0

    def tell(_: str) -> None:
        nonlocal count
        count += 1
        bar(f"{count:,} files", 0, 0)

    try:
        done = write_site(output, origin.files(), inferred=origin.inferred, base=base, tell=tell)
    finally:
        bar.end()
    for text, names in (
        ("was published before and says something else; it was left as it is. Raise the version", done.frozen),
        ("has an address that the redirects do not know, and so has no page", done.homeless),
    ):
        for name in names[:_SHOWN]:
            click.echo(f"Warning: {name}: {text}.", err=True)
        if len(names) > _SHOWN:
            click.echo(f"Warning: the same is true of {len(names) - _SHOWN:,} more.", err=True)
    changed = f"{done.changed:,} of them new or changed" if done.changed else "none of them changed"
    removed = f", {count_of(done.removed, 'file')} removed" if done.removed else ""
    click.echo(f"{output}: {count_of(done.files, 'file')}, {done.bytes / 1e6:,.1f} MB, {changed}{removed}.", err=True)
