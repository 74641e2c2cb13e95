"""``aligngraph export``: the catalogue in another format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aligngraph.cli.answers import put_out
from aligngraph.cli.options import REQUEST_SECONDS, Origin, catalogue_options, force_option, output_option
from aligngraph.export import ENDINGS, FORMATS, RDF_FORMATS, export, zip_files
from aligngraph.files.atomic import check_folder, check_writable, write_folder, write_whole

if TYPE_CHECKING:
    from aligngraph.export.graph import Graph


@click.command(short_help="Write the catalogue in another format.")
@click.option(
    "--format",
    "-f",
    "name",
    type=click.Choice([*FORMATS, "all"]),
    metavar="FORMAT",
    help="Output format.  [default: by the ending of FILE]",
)
@output_option
@force_option
@click.option("--class", "class_name", metavar="CLASS", help="With csv: write only the table of this class.")
@click.option(
    "--no-formulas", is_flag=True, help="With csv: put ' before cells that a spreadsheet would run (=, +, -, @)."
)
@click.option(
    "--mappings",
    is_flag=True,
    help="With RDF formats: add the mappings of the terms, and what they entail, such as foaf:Person.",
)
@catalogue_options(timeout=REQUEST_SECONDS, inferred=True)
def command(
    name: str | None,
    output: Path | None,
    force: bool,
    class_name: str | None,
    no_formulas: bool,
    mappings: bool,
    origin: Origin,
) -> None:
    """Write the catalogue in another format.

    \b
    Formats:
      turtle      .ttl       all statements, with the ontology
      ntriples    .nt        the same
      rdfxml      .rdf       the same
      jsonld      .jsonld    the same
      nquads      .nq        the same, each data file a named graph
      trig        .trig      the same, each data file a named graph
      csv         .zip       a table for each class; -o FILE may also be a folder
      graphml     .graphml   the network of works, people, venues, artifacts, concepts
      bibtex      .bib       the bibliography, one entry for each work
      csljson     .csljson   the same as CSL-JSON, for Zotero and Pandoc
      ris         .ris       the same as RIS
      markdown    .md        the survey page, with its links
      sssom       .tsv       links to other catalogues and vocabularies
      sssom-rdf   .ttl       the same in Turtle
      schemaorg   .jsonld    works and artifacts in the terms of schema.org
      croissant   .zip       a Croissant document for each dataset whose facts suffice; -o may also name a folder
      void        .ttl       a description of the catalogue, with counts
      service     .ttl       a description of an endpoint that serves it
      queries     .ttl       the stored queries as SHACL executables
      all         folder     every format, and SHA256SUMS with the checksums

    In csv, ' | ' separates the values of a cell; a bar or backslash in a value is escaped by a backslash. Values are
    written as they are: before opening tables of data that you do not trust in a spreadsheet, give --no-formulas.
    Bibliographies hold all facts about a work, so that 'aligngraph import' reads the same works back: fields of our own
    hold what these formats have no field for, and other tools ignore them.

    Files and folders are written atomically.

    \b
    Examples:
      aligngraph export -f bibtex -o works.bib
      aligngraph export -f csv --class Benchmark
      aligngraph export -o catalogue.trig --no-inferred
      aligngraph export -f all -o package
    """
    data, inferred = origin.files(), origin.inferred
    name = name or _by_ending(output)
    if class_name is not None and name != "csv":
        raise click.UsageError("--class goes with --format csv.")
    if no_formulas and name != "csv":
        raise click.UsageError("--no-formulas goes with --format csv.")
    if mappings and name not in RDF_FORMATS:
        raise click.UsageError(f"--mappings goes with the RDF formats: {', '.join(sorted(RDF_FORMATS))}.")
    if name == "csv":
        from aligngraph.export.tables import load_graph

        load = partial(load_graph, data, inferred=inferred)
        _export_tables(output, class_name, load, inert=no_formulas, force=force)
        return
    if name == "croissant":
        _export_croissant(output, data, force=force)
        return
    if name == "all":
        if output is None:
            raise click.UsageError("'all' writes many files: name a folder for them with -o.")
        from aligngraph.export.package import write_package

        write_package(output, data, inferred=inferred, force=force)
        return
    if output is not None:
        check_writable(output, force=force)
    put_out(export(name, data, inferred=inferred, mappings=mappings), output=output, force=force)


def _by_ending(output: Path | None) -> str:
    file_name = "" if output is None else output.name.lower()
    name = next(
        (ENDINGS[ending] for ending in sorted(ENDINGS, key=len, reverse=True) if file_name.endswith(ending)), None
    )
    if name is None:
        raise click.UsageError(f"which format? Give --format, one of {', '.join(FORMATS)}.")
    return name


def _export_tables(
    output: Path | None, class_name: str | None, load: Callable[[], Graph], *, inert: bool, force: bool
) -> None:
    from aligngraph.export.tables import class_table, write_tables

    if class_name is not None:
        if output is not None:
            check_writable(output, force=force)
        put_out([class_table(load(), class_name, inert=inert)], output=output, force=force)
        return
    if output is None or output.suffix.lower() == ".csv":
        raise click.UsageError(
            "csv makes a table for each class: name a folder or .zip file with -o, or one class with --class."
        )
    _write_several(output, lambda: write_tables(load(), inert=inert), force=force)


def _export_croissant(output: Path | None, data: Sequence[Path], *, force: bool) -> None:
    from aligngraph.export.croissant import documents, left_out
    from aligngraph.export.graph import load_quads

    if output is None:
        raise click.UsageError("croissant makes a file for each dataset: name a folder or .zip file with -o.")
    quads = load_quads(data, inferred=True)
    _write_several(output, lambda: documents(quads), force=force)
    lacking = left_out(quads)
    if lacking:
        count = len({label for labels in lacking.values() for label in labels})
        facts = ", ".join(f"{name} ({len(labels)})" for name, labels in lacking.items())
        click.echo(
            f"Left out {count} datasets and benchmarks that lack what Croissant requires: {facts}. "
            "'aligngraph query licences-and-languages -p licence=none' lists those without a licence.",
            err=True,
        )


def _write_several(output: Path, files: Callable[[], Iterator[tuple[str, str]]], *, force: bool) -> None:
    if output.suffix.lower() == ".zip":
        check_writable(output, force=force)
        write_whole(output, [zip_files(files())], force=force)
    else:
        check_folder(output, force=force)
        write_folder(output, files(), force=force, exchange=True)
