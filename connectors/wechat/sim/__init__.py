"""wxsim: a WeChat to test against, strict where WeChat is strict; only its clock is ours.

sim = Simulator(FixedClock(…))
async with serving(sim) as base_url:
    sim.user_said("openid")
    …
    sim.transcript("openid")
"""
