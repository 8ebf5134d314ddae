"""Describers: a picture in, a vector out. A new method is one file and one line here (see docs/extend.md)."""

from lookalike.callable_package import call_instead
from lookalike.protocols import Describer
from lookalike.registry import Table

DESCRIBERS: Table[Describer] = Table(
    "describer",
    {
        "ahash": "lookalike.describe.ahash:AverageHash",
        "bow": "lookalike.describe.bow:BagOfWords",
        "class_words": "lookalike.describe.class_words:ClassWords",
        "colour_pyramid": "lookalike.describe.colour_pyramid:ColourPyramid",
        "convnet": "lookalike.describe.convnet:ConvNet",
        "dct": "lookalike.describe.dct:CosineTransform",
        "dhash": "lookalike.describe.dhash:DifferenceHash",
        "dictionary": "lookalike.describe.dictionary:Dictionary",
        "fisher": "lookalike.describe.fisher:FisherVector",
        "fourier": "lookalike.describe.fourier:PowerSpectrum",
        "gabor": "lookalike.describe.gabor:GaborStatistics",
        "gist": "lookalike.describe.gist:Gist",
        "glcm": "lookalike.describe.glcm:GreyLevelCooccurrence",
        "histogram": "lookalike.describe.histogram:ColourHistogram",
        "hog": "lookalike.describe.hog:OrientedGradients",
        "kmeans": "lookalike.describe.kmeans:KMeans",
        "lbp": "lookalike.describe.lbp:LocalBinaryPatterns",
        "log_polar": "lookalike.describe.log_polar:LogPolar",
        "nmf": "lookalike.describe.nmf:NonNegativeParts",
        "palette": "lookalike.describe.palette:Palette",
        "pca": "lookalike.describe.pca:PrincipalComponents",
        "pdq": "lookalike.describe.pdq:PDQHash",
        "phash": "lookalike.describe.phash:PerceptualHash",
        "tamura": "lookalike.describe.tamura:Tamura",
        "textons": "lookalike.describe.textons:Textons",
        "thumbnail": "lookalike.describe.thumbnail:Thumbnail",
        "vlad": "lookalike.describe.vlad:ResidualSums",
        "wavelet": "lookalike.describe.wavelet:StrongestWavelets",
        "whash": "lookalike.describe.whash:WaveletHash",
    },
    apart={
        "adapted": "lookalike.describe.adapted:Adapted",
        "clip": "lookalike.describe.clip:Clip",
        "taught_words": "lookalike.describe.taught_words:TaughtWords",
        "trained": "lookalike.describe.trained:TrainedNetwork",
    },
)

call_instead(__name__, "lookalike.search.describe:describe")
