"""A real Apache with the redirects of w3id.org, and with the site that they lead to where there is one."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT
from tests.support.programs import find_apache, find_program
from tests.support.servers import free_port

HTACCESS = ROOT / "w3id" / ".htaccess"
SITE = "https://aligngraph.github.io/aligngraph"
MODULES = ("mpm_event", "authz_core", "dir", "headers", "mime", "negotiation", "rewrite", "unixd")

TYPES = "text/html html\ntext/css css\ntext/javascript js\napplication/xml xml\nimage/svg+xml svg\n"
"""What every server knows; the rest is for the site itself to say."""
CONFIGURATION = """
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/httpd.pid
ErrorLog {folder}/error.log
Mutex file:{folder} default
MaxKeepAliveRequests 0
KeepAliveTimeout 300
{modules}
<IfModule unixd_module>
{account}
</IfModule>
TypesConfig {folder}/mime.types
DocumentRoot {folder}/www
<Directory {folder}/www>
    AllowOverride All
    Options FollowSymLinks MultiViews
    Require all granted
</Directory>
"""


class Apache:
    """A running server; asked with curl."""

    def __init__(self, address: str, curl: Path) -> None:
        self.address = address
        self.curl = curl

    def ask(self, path: str, *headers: str, method: str = "GET") -> tuple[int, str, str]:
        """Return the status, where it redirects to, and the head of the answer."""
        options = [part for header in headers for part in ("-H", header)]
        done = subprocess.run(
            [str(self.curl), "-sS", "-D", "-", "-o", os.devnull, "-X", method, *options, f"{self.address}/{path}"],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        location = re.search(r"^location: (\S+)", done.stdout, re.IGNORECASE | re.MULTILINE)
        return int(done.stdout.split()[1]), location[1] if location else "", done.stdout

    def lead(self, path: str, accept: str | None = None) -> tuple[int, str]:
        """Return the status and the part of the site that *path* leads to."""
        # An empty header takes the one away that curl would send.
        status, location, _ = self.ask(path, f"Accept: {accept}" if accept is not None else "Accept:")
        return status, location.removeprefix(SITE)


@contextmanager
def running(published: Path | None = None) -> Iterator[Apache]:
    """Run Apache with the redirects; where a site is *published*, they lead to it, served by the same Apache."""
    program = find_apache()
    curl = find_program(["curl"], "to ask Apache install curl (Debian: apt-get install curl)")
    with tempfile.TemporaryDirectory(prefix="aligngraph-w3id-") as made:
        folder = Path(made)
        folder.chmod(0o755)  # the server gives up root's rights before it reads
        site = folder / "www" / "aligngraph"
        site.mkdir(parents=True)
        port = free_port()
        rules = HTACCESS.read_text(encoding="utf-8")
        if published is not None:
            assert rules.count(SITE) == 1
            rules = rules.replace(SITE, f"http://127.0.0.1:{port}/site")
            shutil.copytree(published, folder / "www" / "site")
        (site / ".htaccess").write_text(rules, encoding="utf-8")
        (folder / "mime.types").write_text(TYPES, encoding="utf-8")
        (folder / "httpd.conf").write_text(
            CONFIGURATION.format(
                folder=folder,
                port=port,
                modules="\n".join(_load(name) for name in MODULES),
                account="User nobody\nGroup nogroup" if os.geteuid() == 0 else "",
            )
        )
        process = subprocess.Popen(
            [str(program), "-DFOREGROUND", "-f", str(folder / "httpd.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            _wait(port, process, folder / "error.log")
            yield Apache(f"http://127.0.0.1:{port}/aligngraph", curl)
        finally:
            process.terminate()
            process.communicate(timeout=20)


def _load(name: str) -> str:
    folders = ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/libexec/apache2")
    for folder in map(Path, folders):
        if (folder / f"mod_{name}.so").is_file():
            return f"LoadModule {name}_module {folder}/mod_{name}.so"
    return ""  # built in


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if process.poll() is not None:
            _, errors = process.communicate()
            raise AssertionError(errors.decode() + (log.read_text() if log.exists() else ""))
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("Apache did not answer within 20 s")
