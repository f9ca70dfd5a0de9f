"""What head office keeps and posting reads: stores, program, goods, budgets. Never a member."""
