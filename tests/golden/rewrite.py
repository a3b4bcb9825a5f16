"""Write the golden numbers anew; says what moved and keeps the reason.

python -m tests.golden.rewrite --reason "Entrants reconsider on their first day."
"""

import argparse
import json

from tests.golden.golden import KEPT, differences, numbers, read


def main():
    """Compare, write, and say what moved."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reason", required=True, help="why results move, as a sentence")
    reason = parser.parse_args().reason.strip()
    if len(reason.split()) < 3:
        parser.error("--reason must say why results move, in a sentence")
    kept, now = (read()["numbers"] if KEPT.is_file() else {}), numbers()
    moved = differences(kept, now)
    if not moved:
        print("Nothing moved; the file stays as it is.")
        return
    rows = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in now.items())
    KEPT.write_text(
        f'{{\n  "reason": {json.dumps(reason)},\n  "numbers": {{\n{rows}\n  }}\n}}\n',
        encoding="utf-8",
    )
    print(moved)


if __name__ == "__main__":
    main()
