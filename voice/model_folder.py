"""Model folders: which engine one is for, and what it lacks; nothing is loaded."""

from __future__ import annotations

from pathlib import Path

SHERPA_PARTS = ("encoder", "decoder", "joiner")
"A paraformer has no joiner"


def engine_of(folder: Path) -> str:
    """`sherpa` or `vosk`."""
    return "sherpa" if any(folder.glob("*.onnx")) else "vosk"


def problems(folder: Path) -> list[str]:
    """What a folder lacks to be a model that can be loaded, one line each."""
    if not folder.is_dir():
        return [f"{folder} is no folder"]
    engine = engine_of(folder)
    missing = _missing_of_sherpa(folder) if engine == "sherpa" else _missing_of_vosk(folder)
    return [f"{folder} is no model of {engine}: {one} is missing" for one in missing]


def sherpa_files(folder: Path) -> dict[str, Path]:
    """`tokens` and the SHERPA_PARTS, as far as they are there; the small int8 ones first."""
    found = {}
    for part in SHERPA_PARTS:
        files = sorted(
            folder.glob(f"{part}*.onnx"), key=lambda file: ("int8" not in file.name, file)
        )
        if files:
            found[part] = files[0]
    if (folder / "tokens.txt").is_file():
        found["tokens"] = folder / "tokens.txt"
    return found


def takes_grammars(folder: Path) -> bool:
    """Whether a model of Vosk puts its graph together at run time."""
    return any((folder / where / "HCLr.fst").exists() for where in ("graph", "."))


def _missing_of_sherpa(folder: Path) -> list[str]:
    files = sherpa_files(folder)
    wanted = {"tokens": "tokens.txt", "encoder": "encoder*.onnx", "decoder": "decoder*.onnx"}
    return [name for part, name in wanted.items() if part not in files]


def _missing_of_vosk(folder: Path) -> list[str]:
    """Old models have all of it in one folder: ConfigureV1 of alphacep/vosk-api src/model.cc."""
    flat = (folder / "final.mdl").exists()
    wanted = ["mfcc.conf"] if flat else ["am/final.mdl", "conf/mfcc.conf"]
    missing = [name for name in wanted if not (folder / name).exists()]
    graph = "" if flat else "graph/"
    parts = ["HCLr.fst", "Gr.fst"] if takes_grammars(folder) else ["HCLG.fst"]
    return missing + [graph + name for name in parts if not (folder / graph / name).exists()]
