"""Skills on commercial speakers (小度, 天猫精灵, 小爱同学): their maker hears and speaks, we get text."""
