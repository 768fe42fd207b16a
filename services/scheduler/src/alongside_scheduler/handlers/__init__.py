"""Use cases: `async def name(command, uow)`. Pages, JSON, the command line and events all call these.

None of them commits: whoever calls does, so that a change, what is said about it and the answer
stand or fall together. Who asks is `uow.actor`.
"""
