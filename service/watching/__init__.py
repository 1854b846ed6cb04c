"""自检: is the service doing what it is there for – figures, beats, the weekly test message, the hourly audit."""
