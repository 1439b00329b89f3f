"""The names of the two places that belong to the benchmark, here and nowhere else."""

from typing import Final

DATASET_REPO: Final = "DynamicSuperb/dynamic-superb"
"""The canonical dataset repository on the Hugging Face Hub: one configuration per instance."""

GITHUB_REPO: Final = "dynamic-superb/dynamic-superb-tasks"
"""The GitHub repository that tasks are contributed to."""
