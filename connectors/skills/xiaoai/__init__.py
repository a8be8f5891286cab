"""小爱同学 (XiaoAI): an open skill of Xiaomi's speakers."""
