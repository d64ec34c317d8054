"""The mobile door: the USOS API that mUSOS and its like speak, over the same verbs and querysets as the page.

OAuth 1.0a in `oauth`, the methods in `services`. Each method is declared once (`methods`), and that declaration both
serves it (`views`) and describes it (`services.apiref`). No rule about cards or orders is written here.
"""
