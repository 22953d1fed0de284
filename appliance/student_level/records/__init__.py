"""The standard model's questions and answers, one thought a file, SQL beside the function that asks."""
