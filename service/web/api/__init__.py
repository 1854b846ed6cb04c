"""接口: the JSON API, version 1."""
