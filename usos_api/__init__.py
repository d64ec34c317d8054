"""USOS API for mobile clients such as mUSOS.

OAuth 1.0a in `oauth`, the methods in `services`. Each method is declared once (`methods`); the declaration both
serves it (`views`) and describes it (`services.apiref`). It uses the same functions and querysets as the student's
page, and has no rules about cards or orders of its own.
"""
