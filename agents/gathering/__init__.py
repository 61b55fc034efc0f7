"""A signal finds its report, and the report gathers, ripens, fades or comes back. Nobody has to press anything."""
