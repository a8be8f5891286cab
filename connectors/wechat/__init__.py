"""WeChat: the community's official account, in the platform's safe mode only."""
