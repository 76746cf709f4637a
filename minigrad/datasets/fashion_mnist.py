"""Fashion-MNIST (Xiao, Rasul & Vollgraf, 2017): 70,000 pictures of clothing in MNIST's files, sizes and numbers."""

from pathlib import Path

from ..errors import DataError
from ..language import say
from .download import NotAvailableError
from .fetch import DataFile, FileSet, find_in, is_intact, locate, where_from, where_to_put
from .images import ImageData, origin_of
from .mnist import MNIST, load_files

FASHION_MNIST = FileSet(
    title="Fashion-MNIST",
    folder="fashion-mnist",
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "https://dataset.bj.bcebos.com/fashion_mnist/",
    ),
    files=(
        DataFile("train-images-idx3-ubyte.gz", "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        DataFile("train-labels-idx1-ubyte.gz", "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        DataFile("t10k-images-idx3-ubyte.gz", "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        DataFile("t10k-labels-idx1-ubyte.gz", "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
)
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
SOURCES = ("auto",)


def load_fashion_mnist(source: str | Path = "auto") -> ImageData:
    """Fashion-MNIST, 60,000 + 10,000 images [N, 28, 28] of bytes in 10 classes, from `source`:

    'auto'      MINIGRAD_DATA if that is set, and nowhere else then; without it the cache, else downloaded into it.
    a folder    the four IDX files in its subfolder fashion-mnist or, where that lacks them, in the folder itself.

    The files bear the same names as MNIST's; the digits themselves are refused. Downloads and the cache are checked by
    the SHA-256 of the packed files. A folder of the user's own, also that of MINIGRAD_DATA, is not: it may hold other
    images in the same layout. Raises DataError if the files are not there, are damaged, or do not fit together;
    NotAvailableError, which says where to get them, if they cannot be downloaded.
    """
    if source == "":  # Path("") would be the current folder
        raise DataError("the source is empty; expected auto, or a folder with Fashion-MNIST's files")
    try:
        origin = origin_of(source, SOURCES)
        paths = locate(FASHION_MNIST) if source == "auto" else find_in(Path(source), FASHION_MNIST, origin)
    except NotAvailableError as error:
        put = where_to_put(FASHION_MNIST)
        raise NotAvailableError(say(f"{error}; {put}", f"{error}；{put}")) from error
    except DataError as error:
        origin = where_from(FASHION_MNIST)
        raise DataError(say(f"{error} ({origin})", f"{error}（{origin}）")) from error
    if is_intact(paths[0], MNIST.files[0]):
        raise DataError(
            f"{paths[0]}: these are MNIST's digits; expected {FASHION_MNIST.title}, in a folder {FASHION_MNIST.folder} "
            "where both are together, for the files bear the same names"
        )
    return ImageData(**load_files(FASHION_MNIST, paths, "images", CLASSES))
