"""A WeCom to test against, strict where WeCom is strict; only its clock is ours.

sim = Simulator(FixedClock(…))
async with serving(sim) as base_url:
    sim.says("resident", "你好")
    …
    sim.screen("resident")
"""
