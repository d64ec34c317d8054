"""People, studies, cards and the right to an mLegitymacja. Knows nothing of orders."""
