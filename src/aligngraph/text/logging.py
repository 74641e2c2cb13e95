"""Libraries that write on stderr what is reported in another way."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet(name: str) -> Iterator[None]:
    """Keep the logger *name* from writing anything until the block ends."""

    def none(_record: logging.LogRecord) -> bool:
        return False

    logger = logging.getLogger(name)
    logger.addFilter(none)
    try:
        yield
    finally:
        logger.removeFilter(none)
