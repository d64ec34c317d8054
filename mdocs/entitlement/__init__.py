"""Entitlement: who loses the right to an mLegitymacja, and what is done about it.

`rules` answers who and why in one query, `revocation` ends and extends documents accordingly, `expiry` ends those past
their date, `receivers` acts at once on the signals of `students`.
"""
