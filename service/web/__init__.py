"""页面: HTTP in, problem+json and pages out."""
