"""Rasa's command line with the engine's lean parts: `python -m engine {run,train,test,shell} ...`."""

import os
import sys

from engine import imports, kernels, release

LOOPBACK = "127.0.0.1"

SETTINGS = {
    "RASA_TELEMETRY_ENABLED": "false",
    # One line a request, addresses included, that nobody reads.
    "SANIC_ACCESS_LOG": "false",
    # The matrices are small: more threads would only wait for each other.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def main(arguments: list[str]) -> None:
    """Put the lean parts in place, then hand `arguments` to `rasa`."""
    prepare(arguments)
    import rasa.__main__ as rasa_command

    sys.argv = ["rasa", *on_loopback(arguments)]
    rasa_command.main()


def prepare(arguments: list[str]) -> None:
    """Put in place of Rasa's parts those of ours that the command line needs.

    What is trained stays as Rasa does it. Raises `release.WrongRelease`.
    """
    release.require_release()
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    imports.install()
    if arguments[:1] == ["train"]:
        from engine import training

        training.install()
    else:
        _install_turn_parts()
    if is_server(arguments):
        from engine import serving

        serving.install()


def _install_turn_parts() -> None:
    from engine import (
        action_calls,
        action_results,
        debug_work,
        domain_checks,
        failed_actions,
        graph_runner,
        linear_classifier,
        locks,
        rules,
        sessions,
        stores,
        trackers,
    )

    action_calls.install()
    action_results.install()
    debug_work.install()
    domain_checks.install()
    failed_actions.install()
    graph_runner.install()
    linear_classifier.install()
    locks.install()
    rules.install()
    sessions.install()
    stores.install()
    trackers.install()


def is_server(arguments: list[str]) -> bool:
    """Whether the command line starts the engine's server."""
    return arguments[:1] == ["run"] and arguments[1:2] != ["actions"]


def on_loopback(arguments: list[str]) -> list[str]:
    """`arguments` with the server bound to this machine unless they name an interface."""
    named = any(argument in ("-i", "--interface") for argument in arguments)
    return (
        [*arguments, "--interface", LOOPBACK] if is_server(arguments) and not named else arguments
    )


if __name__ == "__main__":
    kernels.ensure()
    main(sys.argv[1:])
