"""Reading a training programme from CSV files: parse, plan, apply."""
