"""图: pure functions from figures to SVG; no file here reads a row, a clock or a file."""
