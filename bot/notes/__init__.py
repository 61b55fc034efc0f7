"""What a channel is told beside its reports."""
