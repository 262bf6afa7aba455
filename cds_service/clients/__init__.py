"""Who may call: EHRs as the clients file names them, their tokens, and the dialect in which each is answered."""
