"""What a change notice that is open waits for: signatures by department, the customer's consent, a confirmation."""
