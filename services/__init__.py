"""What Tocsin knows and does. `pipeline.py` shows the whole way of an article; start there."""
