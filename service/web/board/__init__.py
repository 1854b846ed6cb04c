"""风险态势: what the board shows of an area and a week – one part a file, each as picture, table and CSV."""
