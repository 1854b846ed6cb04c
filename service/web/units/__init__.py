"""我的单位页: the units an organiser looks after – who has reported, a word to those who have not, visits."""
