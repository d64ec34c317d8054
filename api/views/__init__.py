"""The resources: each asks who calls, checks what is asked, and leaves the rest to the portal's verbs and querysets."""
