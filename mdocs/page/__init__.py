"""Student's page: `page_state` decides what it shows, `texts` in which words, `views` answers its requests.

`version` answers an open page that asks whether it has changed, with one query; `codes_views` shows the codes,
`history_views` past orders.
"""
