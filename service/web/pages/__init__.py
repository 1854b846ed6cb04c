"""页面: what all pages share – rendering, words, static files, headers, errors; `areas.py` names the parts."""
