"""天猫精灵 (AliGenie): a custom skill of Alibaba's speakers."""
