"""python -m demo.photos: prints the folder of the real interior photos that the extra [demo] brings."""

from pathlib import Path

import interior_photos

if __name__ == "__main__":
    print(Path(interior_photos.__file__).parent / "images")
