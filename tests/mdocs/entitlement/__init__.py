"""Who loses the right to an mLegitymacja, and what becomes of it."""
