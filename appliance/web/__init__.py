"""What people see: pages, sessions, guards. Reads through gates only."""
