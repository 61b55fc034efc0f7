"""What people see in Slack, drawn from rows. Pure: nothing is read or sent here."""
