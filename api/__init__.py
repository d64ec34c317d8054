"""The API for scripts and other systems of the university, `/api/v1/`, over the same verbs and querysets as the page
and the dean's office. No rule about cards or orders is written here.
"""
