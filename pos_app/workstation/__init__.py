"""What a cashier or a manager can do, one plain-Python file a task. Never Qt, SQL or HTTP."""
