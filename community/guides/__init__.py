"""The library of guides as files: `python -m community.guides import FILE` and `export FILE`."""
