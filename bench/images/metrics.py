"""How near a picture is to its reference, and what follows from such scores."""

import io
import math

import numpy
from scipy import ndimage
from ssimulacra2 import compute_ssimulacra2

# The middle of the picture, at most so large: the metric is slow.
CROP = (1280, 1024)


def centre(image):
    width, height = min(image.width, CROP[0]), min(image.height, CROP[1])
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def ssimulacra2(reference, image):
    """100 is the same, 90 not to be told apart, 80 not noticed side by side, 70 high. (Sneyers, Cloudinary, 2022)"""
    return float(compute_ssimulacra2(_file(reference), _file(image)))


def _file(image):
    file = io.BytesIO()
    image.save(file, "PPM")
    file.seek(0)
    return file


# Wang, Simoncelli, Bovik: Multi-scale structural similarity for image quality assessment (2003), table 1.
_WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]


def ms_ssim(reference, image):
    """MS-SSIM of the luma in decibels, -10 log10(1 - x): 20 is 0.99."""
    x, y = (numpy.asarray(picture.convert("L"), dtype=numpy.float64) for picture in (reference, image))
    product = 1.0
    for scale, weight in enumerate(_WEIGHTS):
        luminance, structure = _ssim(x, y)
        value = structure * luminance if scale == len(_WEIGHTS) - 1 else structure
        product *= max(value, 1e-6) ** weight
        x, y = (ndimage.uniform_filter(picture, 2)[::2, ::2] for picture in (x, y))
    return -10 * math.log10(max(1 - product, 1e-9))


def _ssim(x, y):
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2

    def blur(picture):
        return ndimage.gaussian_filter(picture, 1.5, truncate=3.5)

    mean_x, mean_y = blur(x), blur(y)
    variance_x, variance_y = blur(x * x) - mean_x**2, blur(y * y) - mean_y**2
    covariance = blur(x * y) - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    structure = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return luminance.mean(), structure.mean()


def bytes_at(points, score):
    """The bytes at which a sweep of (score, bytes) reaches a score, the logarithm of the bytes taken as linear between
    two points. Where every point is above the score, the lowest one's, so that nothing is won by guessing; None where
    none reaches it."""
    points = sorted(points)
    if points and score < points[0][0]:
        return points[0][1]
    for (low, few), (high, many) in zip(points, points[1:]):
        if low <= score <= high:
            part = (score - low) / (high - low) if high > low else 0
            return math.exp(math.log(few) + part * (math.log(many) - math.log(few)))
    return None


def geometric_mean(values):
    values = [value for value in values if value]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None
