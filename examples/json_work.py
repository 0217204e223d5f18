"""Work that computes in the interpreter: reads a JSON document and writes it again, several times.

    mpmt sweep --runtime python --task examples/json_work.py:work -p 1,2 -t 1,2

The parser holds the interpreter lock, so threads of one process take turns, and processes do not.
"""

import json

ROUNDS = 12

DOCUMENT = json.dumps(
    [
        {
            "id": number,
            "name": f"item {number}",
            "tags": ["red", "green", "blue"][: number % 4],
            "price": number * 1.25,
            "nested": {"left": number, "right": [number, number + 1]},
        }
        for number in range(400)
    ]
)


def work(instruction):
    """Is called once for each command. What it returns goes into the sum; None stands for the
    response of the table."""
    for _ in range(ROUNDS):
        items = json.loads(DOCUMENT)
        items[0]["id"] = instruction["response"]
        json.dumps(items)
    return items[0]["id"]
