"""证据: who knew what when, of one alert – for auditors, as text, as a page and as PDF."""
