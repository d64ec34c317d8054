"""What other apps may listen to. Each signal is sent after commit, with `card` and with who did it as `by`."""

from django.dispatch import Signal

# The dean's office moved the card's valid-until date on.
card_extended = Signal()
# The card was lost, returned, invalidated, or exchanged because its holder's data changed.
card_ended = Signal()
