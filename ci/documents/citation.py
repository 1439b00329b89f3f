"""How to cite the benchmark. CITATION.cff says the same; a test compares."""

from collections.abc import Iterable
from typing import Final

from schema.manifest import PublishedInstance
from validators.render.escape import visible

REFERENCES_PATH: Final = "references.bib"

PAPER_URL: Final = "https://arxiv.org/abs/2309.09510"

PAPER: Final = """\
@inproceedings{huang2024dynamicsuperb,
  title     = {Dynamic-SUPERB: Towards A Dynamic, Collaborative, and Comprehensive Instruction-Tuning Benchmark for Speech},
  author    = {Huang, Chien-yu and Lu, Ke-Han and Wang, Shih-Heng and Hsiao, Chi-Yuan and Kuan, Chun-Yi and Wu, Haibin and Arora, Siddhant and Chang, Kai-Wei and Shi, Jiatong and Peng, Yifan and Sharma, Roshan and Watanabe, Shinji and Ramakrishnan, Bhiksha and Shehata, Shady and Lee, Hung-yi},
  booktitle = {IEEE International Conference on Acoustics, Speech and Signal Processing (ICASSP)},
  year      = {2024},
  pages     = {12136--12140},
  doi       = {10.1109/ICASSP48485.2024.10448257},
  url       = {https://arxiv.org/abs/2309.09510},
}
"""  # noqa: E501 - BibTeX as one copies it


def references(entries: Iterable[PublishedInstance]) -> list[str]:
    """The different BibTeX entries that the instances cite, by key. Two tasks may use a key for
    different entries; both are kept."""
    found = {item for entry in entries for item in entry.references.items()}
    return [text for _, text in sorted(found)]


def bibliography(entries: Iterable[PublishedInstance]) -> str:
    """references.bib: the paper, and all that the instances cite."""
    texts = [PAPER, *references(entries)]
    return "\n".join(
        "".join(f"{visible(line)}\n" for line in text.rstrip("\n").split("\n")) for text in texts
    )
