"""Tests of the pages for people who report."""
