"""Mixed traffic on a real server: does it hold, and does its memory stay what it was?"""
