"""A model hub on a local port, as much of it as fetching a model needs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

REVISION = "89abcdef0123456789abcdef0123456789abcdef"


@contextmanager
def serving(models: dict[str, Path]) -> Iterator[tuple[str, list[str]]]:
    """Serve each folder under its id; yields the endpoint and the list of paths asked for.

    `gated/…` ids answer 403 as the hub does; unknown ids answer 404.
    """
    asked: list[str] = []

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            asked.append(self.path.split("?")[0])
            if "gated/" in self.path:
                return self._answer(403, b"", {"X-Error-Code": "GatedRepo"})
            for repo, folder in models.items():
                if self.path.startswith(f"/api/models/{repo}/tree/"):
                    return self._answer(200, json.dumps(_tree(folder)).encode())
                if self.path.startswith(f"/api/models/{repo}"):
                    return self._answer(200, json.dumps(_info(repo, folder)).encode())
                if self.path.startswith(f"/{repo}/resolve/"):
                    return self._file(folder / self.path.rpartition("/")[2])
            return self._answer(404, b"", {"X-Error-Code": "RepoNotFound"})

        def _file(self, path: Path) -> None:
            if not path.is_file():
                return self._answer(404, b"", {"X-Error-Code": "EntryNotFound"})
            content = path.read_bytes()
            tag = hashlib.sha256(content).hexdigest()
            return self._answer(200, content, {"ETag": f'"{tag}"', "X-Repo-Commit": REVISION})

        def _answer(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()


def _info(repo: str, folder: Path) -> dict[str, object]:
    files = [{"rfilename": entry["path"]} for entry in _tree(folder)]
    return {"_id": "0", "id": repo, "modelId": repo, "sha": REVISION, "siblings": files}


def _tree(folder: Path) -> list[dict[str, object]]:
    sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir())} | {"onnx/x.json": 2}
    return [{"type": "file", "path": name, "size": size, "oid": "0"} for name, size in sizes.items()]
