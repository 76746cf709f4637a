"""Array-level code behind the heavy operations: fast forms of what the operations state as mathematics."""
