"""`scripts/bench wechat`: the goals of the WeChat channel, measured against the simulated WeChat."""
