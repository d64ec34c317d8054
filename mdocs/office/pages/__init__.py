"""Pages of the dean's office beside the admin's own: orders for cohorts, and who loses the right to a document."""
