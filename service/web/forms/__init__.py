"""填报页: the weekly form, events and the own history, as pages for people who report."""
