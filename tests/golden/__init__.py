"""The text of derivatives, kept in files and reviewed by eye.

`python -m tests.golden` writes the files anew; read the difference before committing it.
"""
