"""What is kept: the clinicians' feedback on cards. SQLAlchemy is imported on first use, since most calls need no store."""
