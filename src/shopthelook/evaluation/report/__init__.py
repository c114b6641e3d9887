"""What the reports of all evaluations share: tables, a page for people, Markdown, and writing the files."""
