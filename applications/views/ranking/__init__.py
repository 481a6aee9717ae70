"""/handlaggning/utlysningar/<pk>/rangordning/: the order, the amounts, and what is left of the frame."""
