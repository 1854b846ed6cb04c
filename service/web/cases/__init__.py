"""预警办理页: the inbox of alerts and one alert with everything that can be done about it."""
