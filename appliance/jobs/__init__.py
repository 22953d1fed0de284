"""What the appliance does, one file each."""
