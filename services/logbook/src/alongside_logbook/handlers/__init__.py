"""What can be done with hours, and what is heard: each `async def handle(message, uow)`."""
