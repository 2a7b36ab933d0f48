"""What the engine costs, measured against floors and peers. Not shipped.

Run by ``make bench``. Every figure is a ratio of two things measured side by side in one
run, because absolute times say more about the machine than about the code.
"""
