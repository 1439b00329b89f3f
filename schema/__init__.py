"""What a task is: pydantic models that hold only what JSON Schema can express.

Whatever else a value must satisfy (a language tag that exists, a metric that fits the output) is a
rule in `validators`. This package imports pydantic and nothing else.
"""

import os

# Pydantic would look through all that is installed for plugins, and let them see what it reads.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
