"""Spoken: what the doors for voices share: the talk of a device, its session, and its socket."""
