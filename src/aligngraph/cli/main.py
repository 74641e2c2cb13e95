"""The command line. Each command is a module of `aligngraph.cli`, imported when it is called."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from aligngraph.errors import AligngraphError

# Group → name → summary, so that a list of the commands imports none of them.
GROUPS = {
    "Ask": {
        "query": "Run a stored query, or list them.",
        "sparql": "Run a SPARQL query: SELECT, ASK, CONSTRUCT or DESCRIBE.",
        "show": "Show one thing: a work, person, venue, artifact or concept.",
        "tree": "Show the taxonomy with counts of works.",
        "explain": "Show why a statement is inferred.",
    },
    "Check": {
        "validate": "Check data against the SHACL shapes and SKOS integrity.",
        "infer": "Write what OWL 2 RL infers; report inconsistencies.",
        "fmt": "Put Turtle files into canonical form.",
        "diff": "Show what changed between two versions.",
        "describe": "Count what the catalogue holds, as VoID.",
    },
    "Exchange": {
        "export": "Write the catalogue in another format.",
        "push": "Copy the catalogue into a triplestore, and verify it.",
        "pull": "Copy the catalogue out of a triplestore, as Turtle files.",
    },
    "Curate": {
        "import": "Turn a reading list or bibliography into Turtle.",
        "add": "Add one paper to a catalogue.",
        "link": "Find the same things in other catalogues.",
        "merge": "Merge two records of one thing; both IRIs stay valid.",
        "new-catalogue": "Create an empty catalogue for your own reading list.",
    },
    "Serve": {
        "load": "Build a store on disk, for large catalogues.",
        "serve": "Serve pages, data, an HTTP API and a SPARQL endpoint.",
        "site": "Write the same pages and data as files, for any web host.",
        "mcp": "Answer assistants over the Model Context Protocol.",
    },
}
# What all commands take, said once: those who read, and those who may work long.
COMMON = {
    "Catalogues that --data can name": {
        "my-list": "A file or folder of RDF, such as Turtle.",
        "catalogue.store": "A store on disk: 'aligngraph load' makes one.",
        "https://HOST/sparql": "A SPARQL endpoint, or the address of its store; https://NAME@HOST/sparql if it "
        "asks for a user name.",
        "aligngraph:all": "The shipped catalogue with further reading lists.",
    },
    "Limits of every command that may take long": {
        "--timeout SECONDS": "Stop after this long; 0 for no limit.  [default: 60 to answer a question, 300 for each "
        "request to a store]",
        "--max-memory SIZE": "Stop when it needs more memory, such as 500M or 2GiB; 0 for no limit.  [default: half "
        "of the machine's for a query, at most 4 GiB; three quarters for other commands]",
    },
}
COMMANDS = {name: summary for commands in GROUPS.values() for name, summary in commands.items()}

# Options of earlier versions → what to write now.
RENAMED = {
    "--store": "--data DIR",
    "--endpoint": "--data URL",
    "--ca-file": "the environment variable ALIGNGRAPH_CA_FILE=FILE",
    "--flavour": "--product",
    "--inferred": "the default; --no-inferred leaves inferred statements out",
    "--no-cache": "ALIGNGRAPH_CACHE=/dev/null in the environment",
    "--tag": "gone: 'aligngraph query' lists the queries in groups",
    "--replace": "the default",
    "--user": "part of the address, as in http://NAME@localhost:8890",
    "--text": "--format sparql",
    "--updates": "--graph-store none",
    "--licence": "gone: the new catalogue.ttl holds the licence, to be edited there",
}
RENAMED_IN = {
    ("sparql", "-f"): "the argument: aligngraph sparql FILE",
    ("sparql", "--file"): "the argument: aligngraph sparql FILE",
    ("export", "--all"): "--format all -o DIR",
    ("fmt", "--diff"): "gone: write the changes ('aligngraph fmt'), and look at them with 'git diff'",
    ("load", "--force"): "gone: delete a store that another program made before you load",
    ("push", "--default-graph"): "gone: load 'aligngraph export -o FILE.nt' into the default graph",
    ("pull", "--with"): "gone: the ontology, shapes and mappings come with aligngraph",
    **{
        (command, option): f"gone: write 'aligngraph {command} … > FILE'"
        for command in ("diff", "import", "validate")
        for option in ("-o", "--output", "--force")
    },
    ("infer", "--endpoint"): "--into URL",
    ("pull", "--inferred"): "gone: 'aligngraph infer --data DIR' derives the statements again",
    ("pull", "--update-endpoint"): "not needed: nothing is written there",
    ("pull", "--graph-store"): "not needed: what the protocol can't give is asked for by queries",
    ("diff", "--flavour"): "not needed: the product is detected",
    ("validate", "--store"): "the argument: aligngraph validate DIR",
    ("validate", "--endpoint"): "the argument: aligngraph validate URL",
}
_BEHIND = ("--data", "--timeout", "--max-memory", "--no-inferred", "--format")


class CannotDo(click.ClickException):
    """One line on stderr, and one for each note of the error; no traceback."""

    exit_code = 2

    def __init__(self, message: str, notes: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.notes = notes

    def format_message(self) -> str:
        """Return the message and the notes; what may come from names of files can't steer the terminal."""
        from aligngraph.text.terminal import terminal_of

        return "\n".join(map(terminal_of(sys.stderr).data, (self.message, *self.notes)))


class Cli(click.Group):
    """A group that imports a command when it is wanted, and shows an AligngraphError as a CannotDo."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse what stands before the command."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise _advised(error) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command."""
        if cmd_name not in COMMANDS:
            return None
        # A module name has no hyphen and is not a keyword of the language.
        module = {"import": "import_"}.get(cmd_name, cmd_name.replace("-", "_"))
        command = import_module(f"aligngraph.cli.{module}").command
        assert isinstance(command, click.Command)
        if not gc.isenabled():
            # What there is by now is not looked through again, and stays shared when a process is forked.
            gc.freeze()
            gc.enable()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that *args* begin with; name the nearest where there is none."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else "'aligngraph --help' lists the commands."
            raise click.UsageError(f"No such command {name!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands and their summaries by group, then what all of them take."""
        for parts in (GROUPS, COMMON):
            width = max(len(name) for part in parts.values() for name in part)
            for heading, part in parts.items():
                with formatter.section(heading):
                    # As wide in each part, so that the texts stand below each other.
                    formatter.write_dl([(f"{name:<{width}}", text) for name, text in part.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            # Here too, since click would make a failure of a reader that left.
            with _explained_stdout():
                return super().invoke(ctx)
        except AligngraphError as error:
            raise CannotDo(str(error), getattr(error, "__notes__", ())) from error
        except OSError as error:
            raise CannotDo(_reason(error)) from error
        except MemoryError as error:
            raise CannotDo("this needs more memory than there is.") from error
        except click.UsageError as error:
            raise _advised(error) from error


@click.command(cls=Cli, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aligngraph", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Ask, check and export a linked-data catalogue of research on aligning language models.

    'aligngraph COMMAND --help' explains a command.

    \b
    Examples:
      aligngraph query benchmarks-by-goal -p goal=human-values
      aligngraph show dpo
      aligngraph tree
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run the command line; the console script's entry point."""
    _open_closed_streams()
    if "_ALIGNGRAPH_COMPLETE" in os.environ:
        import_module("aligngraph.cli.completion")  # for Bash, which needs more than click does
    try:
        _check_arguments(sys.argv[1:])
        with _explained_stdout():
            code = cli.main(prog_name="aligngraph", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Interrupted: nothing more was done.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _advised(error: click.UsageError) -> click.ClickException:
    """Return *error*, or what to write in place of the option or argument that it names, where that is known."""
    command = error.ctx.command if error.ctx is not None else None
    name = str(error.ctx.info_name if error.ctx is not None else None)
    if isinstance(error, click.NoSuchOption):
        option = error.option_name
        now = RENAMED_IN.get((name, option)) or RENAMED.get(option)
        if now is not None:
            return CannotDo(f"{option} {'is' if now.startswith(('gone', 'not needed')) else 'is now'} {now}.")
        if isinstance(command, Cli) and option in _BEHIND:
            return CannotDo(f"{option} stands behind the command, as in 'aligngraph tree {option} …'.")
        if option == "-f" and command is not None and any("--format" in one.opts for one in command.params):
            return CannotDo(f"{name} has no option -f: write --format.")
    elif error.message.startswith("Got unexpected extra argument"):
        extra = error.message.partition("(")[2].rstrip(")")
        if name == "query" and "=" in extra:
            return CannotDo(f"{extra}: write '-p' before each parameter, as in '-p {extra.partition(' ')[0]}'.")
        if name == "export":
            example = "'aligngraph export -f bibtex -o works.bib'"
            return CannotDo(f"{extra}: name the format with -f and the file with -o, as in {example}.")
    return error


def _check_arguments(arguments: list[str]) -> None:
    """Raise CannotDo where one of *arguments* is not text: no file that it could name has a place in RDF."""
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            shown = os.fsencode(argument).decode("utf-8", "backslashreplace")
            raise CannotDo(f"{shown}: is not UTF-8. If it is the name of a file, rename that.") from error


def _reason(error: OSError) -> str:
    """Return what to say of an error of the system that no part of the tool knows more about."""
    reason = (error.strerror or str(error)).lower()
    if error.filename is None:
        try:
            Path.cwd()
        except OSError:
            return "the current folder is gone, or can't be read. Change to another one."
        return f"the system can't do this: {reason}."
    name = os.fsencode(error.filename).decode("utf-8", "backslashreplace") if isinstance(error.filename, str) else ""
    return f"{name or error.filename}: {reason}."


@contextmanager
def _explained_stdout() -> Iterator[None]:
    """Say in one line why the standard output can't be written; leave at once where its reader is gone."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (as in '| head') has what it wanted.
        _leave_closed_stdout(0)
    except OSError as error:
        # Files go through `output`, which explains its own errors: this is the standard output.
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EBADF) or error.filename is not None:
            raise
        click.echo(f"Error: can't write to the standard output: {error.strerror}.", err=True)
        _leave_closed_stdout(2)


def _open_closed_streams() -> None:
    """Read nothing from a standard stream that was closed, and write nothing to it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def _leave_closed_stdout(code: int) -> NoReturn:
    # Without this the interpreter would try to flush once more at exit, and complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
