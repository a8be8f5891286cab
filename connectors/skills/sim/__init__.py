"""The makers' side: speakers that sign, ask, repeat, cut off and judge every answer field by field.

A product of its own: it knows the rules of DuerOS, AliGenie and XiaoAI and nothing of our channels.
"""
