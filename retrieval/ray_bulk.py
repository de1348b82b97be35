"""Bulk ingest spread over a Ray cluster: workers read, cut and embed; this process alone writes.

On one machine a local Ray is started for the time of the ingest, on the loopback address, without dashboard and
without usage statistics. With ``RAY_ADDRESS`` the workers are those of that cluster; they must see the source
files under the same paths. What the index knows already is not embedded again.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from retrieval.embed import Embedder
from retrieval.errors import RetrievalError
from retrieval.ingest import Engine
from retrieval.run import Run
from retrieval.sources import SourceFile

_BATCH = 32
"""Documents embedded together by a worker."""
_READ, _SKIPPED, _FAILED, _IN_ORDER, _END = "read", "skipped", "failed", "in order", "end"


def ray_engine(embedder: Callable[[], Embedder], *, workers: int | None = None) -> Engine:
    """An engine for ``ingest``. ``embedder`` is called once in each worker, and must be picklable.

    ``workers`` are processes that embed; by default one for each GPU of the cluster, else one for two cores.
    Raises ``RetrievalError`` where Ray is not installed or its cluster does not answer.
    """
    try:
        import ray.data  # noqa: F401 - said before anything is read
    except ImportError as error:
        raise RetrievalError(
            f"--engine ray needs Ray Data ({error}): pip install 'wenzhen[ray]'; or leave --engine out."
        ) from error

    def take(run: Run, files: Sequence[SourceFile], format: str) -> None:
        keys = {file.name: key for file in files if (key := run.key_of(file, format)) is not None}
        fresh = [file for file in files if file.name in keys and not run.is_known(file, keys[file.name])]
        if fresh:
            with cluster():
                _take_rows(run, fresh, format, keys, embedder, workers)

    return take


def _take_rows(
    run: Run,
    files: Sequence[SourceFile],
    format: str,
    keys: dict[str, str],
    embedder: Callable[[], Embedder],
    workers: int | None,
) -> None:
    by_name = {file.name: file for file in files}
    broken: set[str] = set()
    ended: list[str] = []
    in_order: list[SourceFile] = []
    for row in _rows(run, files, format, embedder, workers):
        if run.stop.is_set():
            return
        name, kind = str(row["file"]), row["kind"]
        if kind == _SKIPPED:
            run.skip(row["id"], row["reason"])
        elif kind == _FAILED:
            broken.add(name)
            run.fail_file(row["id"], row["reason"])
        elif kind == _IN_ORDER:
            in_order.append(by_name[name])
        elif kind == _END:
            ended.append(name)
        else:
            made, vectors = pickle.loads(row["body"])  # made by our own workers
            run.take_made(row["id"], row["sha256"], name, made, vectors)
    for name in ended:
        run.end_file(name, keys[name], whole=name not in broken)
    for file in sorted(in_order, key=files.index):
        run.take_file(file, format)


def _rows(
    run: Run,
    files: Sequence[SourceFile],
    format: str,
    embedder: Callable[[], Embedder],
    workers: int | None,
) -> Iterator[dict[str, Any]]:
    import ray
    import ray.data

    resources = ray.cluster_resources()
    gpus = int(resources.get("GPU", 0))
    count = workers or gpus or max(1, int(resources.get("CPU", 1)) // 2)
    known = ray.put({entry.id: entry.sha256 for page in _pages(run) for entry in page})
    items = [{"path": str(file.path.absolute()), "name": file.name, "format": format} for file in files]
    rows = (
        ray.data.from_items(items, override_num_blocks=max(1, min(len(items), 4 * count)))
        .flat_map(_documents)
        .map_batches(
            _Embed,
            fn_constructor_args=(embedder, known),
            batch_size=_BATCH,
            batch_format="numpy",
            compute=ray.data.ActorPoolStrategy(size=count),
            num_gpus=1 if gpus else 0,
        )
    )
    yield from rows.iter_rows()


def _pages(run: Run) -> Iterator[list[Any]]:
    after = ""
    while page := run.manifest.entries(after):
        after = page[-1].id
        yield page


def _documents(item: dict[str, str]) -> Iterator[dict[str, Any]]:
    """In a worker: one file into rows. A file whose order matters (revisions, withdrawals) is left to the writer."""
    from retrieval.chunk import passages, tidy_document
    from retrieval.readers import Removed, Skipped, read
    from retrieval.run import document_sha256

    def row(kind: str, **values: Any) -> dict[str, Any]:
        blank = {"id": "", "sha256": "", "reason": "", "body": b""}
        return {"kind": kind, "file": item["name"], **blank, **values}

    try:
        for found in read(Path(item["path"]), format=item["format"], name=item["name"]):
            if isinstance(found, Skipped):
                yield row(_SKIPPED, id=found.name, reason=found.reason)
                continue
            if isinstance(found, Removed) or found.metadata.get("revisable") is True:
                yield row(_IN_ORDER)
                return
            try:
                document = tidy_document(found)
                if not document.id:
                    raise ValueError("it has no id")
                body = pickle.dumps((passages(document), {}))
                yield row(_READ, id=document.id, sha256=document_sha256(document), body=body)
            except (ValueError, TypeError, AttributeError) as error:
                yield row(_FAILED, id=str(found.id), reason=f"is not a readable document: {error}")
    except Exception as error:  # noqa: BLE001 - whatever a parser does, the other files go on; it is reported
        yield row(_FAILED, id=item["name"], reason=str(error) or type(error).__name__)
    yield row(_END)


class _Embed:
    """In a worker: vectors for the documents that the index does not know."""

    def __init__(self, embedder: Callable[[], Embedder], known: Any) -> None:
        import ray

        self._embedder = embedder()
        self._known: dict[str, str] = ray.get(known)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        fresh = [
            at
            for at, kind in enumerate(batch["kind"])
            if kind == _READ and self._known.get(batch["id"][at]) != batch["sha256"][at]
        ]
        made = {at: pickle.loads(batch["body"][at])[0] for at in fresh}
        texts = list(dict.fromkeys(p.searchable for at in fresh for p in made[at]))
        vectors = dict(zip(texts, self._embedder.embed_documents(texts), strict=True)) if texts else {}
        bodies = list(batch["body"])
        for at in fresh:
            bodies[at] = pickle.dumps((made[at], {p.searchable: vectors[p.searchable] for p in made[at]}))
        return {**{name: list(values) for name, values in batch.items()}, "body": bodies}


@contextmanager
def cluster() -> Iterator[None]:
    """The cluster of ``RAY_ADDRESS``, one that is there already, or a local one that ends with the block.

    Several ingests may share one. Raises ``RetrievalError`` where it does not start.
    """
    import logging

    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray
    import ray.data

    if ray.is_initialized():
        yield
        return
    quiet: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
    try:
        if os.environ.get("RAY_ADDRESS"):
            ray.init(**quiet)
        else:
            ray.init(address="local", include_dashboard=False, _node_ip_address="127.0.0.1", **quiet)
    except Exception as error:
        raise RetrievalError(
            f"Ray does not start ({' '.join(str(error).split())[:160]}). Check RAY_ADDRESS, or leave --engine out."
        ) from error
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    for name in ("ray", "ray.data"):  # their news are of blocks and actors; ours are in the report
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        yield
    finally:
        ray.shutdown()
