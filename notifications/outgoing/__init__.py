"""What is sent to others over HTTP, each time until it has arrived: webhooks, and messages to phones.

`models` says what is due to whom, `posting` sends many side by side, `rounds` does both for one kind of recipient.
"""
