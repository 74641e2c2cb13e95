"""``aligngraph validate``: are the files valid, and if not, what to fix, and where."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from aligngraph.cli.answers import put_out
from aligngraph.cli.options import (
    command_limits,
    completing,
    origin_of,
    to_location,
)

_FORMATS = ("table", "json", "turtle", "junit")


@click.command(short_help="Check data against the SHACL shapes and SKOS integrity.")
@click.argument("given", nargs=-1, metavar="[LOCATION]...", shell_complete=completing("location"))
@click.option(
    "--within",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="PATH",
    help="Catalogue that the files belong to: read, but not reported on. May be repeated.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(_FORMATS),
    default="table",
    show_default=True,
    help="Report format.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["violation", "warning"]),
    default="violation",
    show_default=True,
    help="Exit with code 1 for findings of this severity or worse.",
)
@click.option(
    "--engine",
    type=click.Choice(["shacl", "pyshacl"]),
    help="SHACL engine; pyshacl, the reference, is far slower.  [default: shacl where it is installed]",
)
@click.option(
    "--shapes", type=click.Path(path_type=Path), metavar="FILE", help="Shapes to use instead of the catalogue's."
)
@command_limits()
def command(
    given: tuple[str, ...],
    within: tuple[Path, ...],
    format_: str,
    fail_on: str,
    engine: str | None,
    shapes: Path | None,
    timeout: float,
) -> None:
    """Check data against the SHACL shapes and SKOS integrity.

    LOCATION is a file or folder (several may be given), a store that 'aligngraph load' made, or the URL of a SPARQL
    endpoint. Default: the folder 'data' of the checkout you are in, else the shipped catalogue. Exit code 0: nothing to
    fix; 1: something to fix, as --fail-on says; 2: the check could not be done.

    \b
    Examples:
      aligngraph validate
      aligngraph validate data/works/rafailov2023-dpo.ttl --within data
      aligngraph validate --format junit > report.xml
    """
    from aligngraph.text.terminal import terminal_of
    from aligngraph.validation.engines import choose_engine
    from aligngraph.validation.report import render, summary
    from aligngraph.validation.validate import validate

    origin = origin_of(to_location(given), timeout)
    chosen = choose_engine(engine)
    if chosen == "pyshacl" and engine is None:
        click.echo("The fast engine is not installed (pip install shacl): checking with pyshacl.", err=True)
    data = origin.files()
    if not data and not (data := _here()):
        click.echo(_shipped(), err=True)
    report = validate(data, within=within, engine=chosen, shapes=shapes)
    if not origin.location.is_files:
        report = report.below(data[0])
        click.echo(f"Files and lines are those of the graphs of {origin.location}, written as Turtle.", err=True)
    terminal = terminal_of(sys.stdout)
    put_out(render(report, format_, terminal), terminal=terminal if format_ == "table" else None)
    if format_ != "table":
        click.echo(summary(report), err=True)
    if not within and not report.conforms and any(path.is_file() for path in origin.location.paths):
        click.echo(
            "Things described in other files count as missing: name the catalogue with --within FOLDER.", err=True
        )
    sys.exit(0 if report.passes(fail_on) else 1)


def _shipped() -> str:
    """Return which catalogue is checked where none is named, and what to write where another one was meant."""
    own = " For the folder 'data' here: aligngraph validate data." if Path("data").is_dir() else ""
    return f"Checking the shipped catalogue.{own}"


def _here() -> tuple[Path, ...]:
    """Return the data folder of the checkout that is the current folder, if it is one."""
    return (Path("data"),) if Path("data").is_dir() and Path("ontology").is_dir() else ()
