"""What is wrong with this installation and with what EHRs send, in plain words with the remedy. No call uses it; it changes nothing."""
