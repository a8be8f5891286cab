"""What the engine's tests share: the small project, trained once, and its servers.

The lean parts are in place in this process, as under `python -m engine`.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.__main__ import prepare

prepare(["shell"])

from rasa.core.agent import Agent  # noqa: E402
from rasa.core.tracker_store import TrackerStore  # noqa: E402

from tests.engine.support import (  # noqa: E402
    ACTION_PYTHON,
    PROJECT,
    Project,
    ScriptedActions,
    Server,
    await_answer,
    free_port,
    project_environment,
)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small project, trained by `python -m engine train`."""
    folder = tmp_path_factory.mktemp("engine") / "project"
    shutil.copytree(PROJECT, folder)
    project = Project(folder, folder / "models" / "model.tar.gz")
    project.run("-m", "engine", "train", "--fixed-model-name", "model")
    return project


@pytest.fixture
def load_agent(project: Project) -> Callable[..., Agent]:
    """Makes an agent of the small project, with the given actions and store."""

    def load(actions: dict[str, Any] | None = None, store: TrackerStore | None = None) -> Agent:
        sys.path.insert(0, str(project.folder))
        try:
            return Agent.load(
                project.model, tracker_store=store, action_endpoint=ScriptedActions(actions or {})
            )
        finally:
            sys.path.remove(str(project.folder))

    return load


@pytest.fixture(scope="session")
def server(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The engine and the action server of the small project, as processes."""
    action_port, port = free_port(), free_port()
    output = tmp_path_factory.mktemp("server") / "output.txt"
    environment = project_environment(project.folder) | {
        "ACTION_URL": f"http://127.0.0.1:{action_port}/webhook",
        "LINSHENG_ENGINE_DB": str(output.parent / "engine.db"),
        "SANIC_HOST": "127.0.0.1",
    }
    actions = subprocess.Popen(
        [ACTION_PYTHON, "-m", "rasa_sdk", "--actions", "actions", "--port", str(action_port)],
        cwd=project.folder,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with output.open("wb") as writing:
        engine = subprocess.Popen(
            [sys.executable, "-m", "engine", "run", "--debug", "--port", str(port)],
            cwd=project.folder,
            env=environment,
            stdout=writing,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", engine, output)
    try:
        await_answer(f"http://127.0.0.1:{action_port}/health")
        await_answer(f"{server.url}/webhooks/rest/")
        yield server
    finally:
        engine.kill()
        os.killpg(actions.pid, signal.SIGKILL)
        engine.wait()
        actions.wait()
