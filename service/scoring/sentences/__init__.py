"""说法: what each kind of rule says when it fired, and what it lacked when it could not be judged."""
