"""wxsim: a WeChat to test against, strict where WeChat is strict; only its clock is ours.

sim = Simulator(FixedClock(…))
async with serving(sim) as base_url:                     # its API
    pushes = Pushes(sim, session, gateway_url, account, cipher)
    await pushes.say("openid", "你好")                    # what residents do
    sim.transcript("openid")                             # what they see

`python -m connectors.wechat.sim --gateway URL` is the same with a page to chat on.
"""
