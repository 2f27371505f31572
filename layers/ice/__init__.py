"""The ice of every day and month: records, seasons, trends, and what a ship can do in it."""
