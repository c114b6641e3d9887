"""The client loads none of what the server needs."""

from __future__ import annotations

import subprocess
import sys

from tests.cli.test_process import ENVIRONMENT


def test_importing_the_client_stays_light() -> None:
    heavy = "{'numpy', 'onnxruntime', 'sqlalchemy', 'PIL', 'fastapi', 'pydantic', 'numba'}"
    code = f"import sys, shopthelook.client; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
