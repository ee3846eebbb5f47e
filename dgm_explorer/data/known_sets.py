"""The data sets that are fetched by name: where from, how large, under which licence.

Sizes and SHA-256 are those of the original files as pinned by tensorflow-datasets
(``tensorflow_datasets/url_checksums/{mnist,fashion_mnist,kmnist}.txt`` in its repository) and, the
same, by torchvision-ruby.
"""

from dataclasses import dataclass

from dgm_explorer.data.idx_set import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS

N_KNOWN = 70_000
KNOWN_SHAPE = (28, 28, 1)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file as its authors published it."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class KnownSet:
    """A set of idx files in the web.

    Attributes
    ----------
    name, title, licence : see `catalogue.SourceInfo`.
    mirrors : addresses that a file's name is put behind, tried in this order.
    files : images and labels for training and for testing.
    class_names : of the labels 0 to 9.
    """

    name: str
    title: str
    licence: str
    mirrors: tuple[str, ...]
    files: tuple[RemoteFile, ...]
    class_names: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes to fetch."""
        return sum(file.size for file in self.files)


KNOWN_SETS = {
    known.name: known
    for known in (
        KnownSet(
            "mnist",
            "handwritten digits",
            "CC BY-SA 3.0",
            (
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
            ),
            (
                RemoteFile(
                    f"{TRAIN_IMAGES}.gz",
                    9912422,
                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                ),
                RemoteFile(
                    f"{TRAIN_LABELS}.gz",
                    28881,
                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                ),
                RemoteFile(
                    f"{TEST_IMAGES}.gz",
                    1648877,
                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                ),
                RemoteFile(
                    f"{TEST_LABELS}.gz",
                    4542,
                    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                ),
            ),
            tuple("0123456789"),
        ),
        KnownSet(
            "fashion-mnist",
            "pieces of clothing",
            "MIT",
            (
                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            ),
            (
                RemoteFile(
                    f"{TRAIN_IMAGES}.gz",
                    26421880,
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                ),
                RemoteFile(
                    f"{TRAIN_LABELS}.gz",
                    29515,
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                ),
                RemoteFile(
                    f"{TEST_IMAGES}.gz",
                    4422102,
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                ),
                RemoteFile(
                    f"{TEST_LABELS}.gz",
                    5148,
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                ),
            ),
            (
                "T-shirt", "trousers", "pullover", "dress", "coat",
                "sandal", "shirt", "sneaker", "bag", "ankle boot",
            ),
        ),
        KnownSet(
            "kmnist",
            "cursive Japanese characters",
            "CC BY-SA 4.0",
            ("https://codh.rois.ac.jp/kmnist/dataset/kmnist/", "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"),
            (
                RemoteFile(
                    f"{TRAIN_IMAGES}.gz",
                    18165135,
                    "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
                ),
                RemoteFile(
                    f"{TRAIN_LABELS}.gz",
                    29497,
                    "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
                ),
                RemoteFile(
                    f"{TEST_IMAGES}.gz",
                    3041136,
                    "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
                ),
                RemoteFile(
                    f"{TEST_LABELS}.gz",
                    5120,
                    "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
                ),
            ),
            ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        ),
    )
}  # fmt: skip
