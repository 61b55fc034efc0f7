"""From an approved plan to a merge that holds, standing approvals and issues in a tracker among it."""
