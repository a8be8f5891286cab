"""小度 (DuerOS): a custom skill of Baidu's speakers."""
