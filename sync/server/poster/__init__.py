"""From the signed batch to ledger, accounts and feed, once. Never a refused receipt."""
