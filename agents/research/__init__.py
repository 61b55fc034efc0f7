"""Research of a report: where, by whom, how urgent, and what is asked of people then."""
