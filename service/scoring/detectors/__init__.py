"""检出方法: what is unusual in a weekly series – published algorithms in NumPy, many series and weeks at once.

They agree with the R package `surveillance` to the last digits that matter (tests/golden); none of its code is here.
"""
