"""WeCom's customer service (微信客服): a door to WeChat for residents who follow no account."""
