"""Polynomials for the angles of the pair functions, without branches and nested by hand so that loops vectorise.

Each is the Chebyshev interpolant on [0, 1], written in powers of x, of a function that is analytic up to x = 2 or
x = -1; the relative errors given hold for the rounded coefficients in exact arithmetic, and rounding in the
evaluation adds at most 3e-16.
"""

from __future__ import annotations

from .compilation import jit_inline


@jit_inline
def angle_factor(x: float) -> float:
    """arccos(1 - x)/(pi sqrt(x)) for 0 <= x <= 1, up to 1.2e-16."""
    r = 1.527104740182858e-06
    r = ((r * x - 1.1261280138402475e-05) * x + 3.955053770370357e-05) * x - 8.557648187341667e-05
    r = ((r * x + 0.00012754304139369471) * x - 0.00013687625959514212) * x + 0.00011080327258598078
    r = ((r * x - 6.525326994907856e-05) * x + 3.460419989822555e-05) * x - 2.2873114960199797e-06
    r = ((r * x + 2.3195458675430442e-05) * x + 4.8544795153372625e-05) * x + 0.00012213551482788204
    r = ((r * x + 0.00031471098117365757) * x + 0.0008547930425932389) * x + 0.0025120432714529307
    return ((r * x + 0.00844046546442507) * x + 0.03751317983987564) * x + 0.45015815807855303


@jit_inline
def segment_factor(x: float) -> float:
    """(sin t - t cos t)/(pi x sqrt(x)) with cos t = 1 - x, for 0 <= x <= 1, up to 1.2e-16."""
    r = 9.759058594307168e-08
    r = ((r * x - 6.609434495385855e-07) * x + 2.153383299693181e-06) * x - 4.290219170809671e-06
    r = ((r * x + 5.894828158021196e-06) * x - 5.713317168339133e-06) * x + 4.3081759394265986e-06
    r = ((r * x - 1.9457839673763177e-06) * x + 1.7398143778622169e-06) * x + 1.857888431389364e-06
    r = ((r * x + 5.84070847629788e-06) * x + 1.6263806339262657e-05) * x + 4.841945348910864e-05
    r = ((r * x + 0.0001554167357869515) * x + 0.0005582318466287261) * x + 0.0024115615610460976
    return (r * x + 0.015005271935952597) * x + 0.30010543871903533


@jit_inline
def double_arctangent(t: float) -> float:
    """2 arctan(t) for -1 <= t <= 1, up to 1.2e-16 relative."""
    x = t * t
    r = 2.5262356860954852e-05
    r = ((r * x - 0.00029234176327250027) * x + 0.0016067208363252053) * x - 0.005609531106340263
    r = ((r * x + 0.014077292405979627) * x - 0.027348278576798956) * x + 0.04348042766151627
    r = ((r * x - 0.05940143547246846) * x + 0.0730216270544207) * x - 0.08425144792771065
    r = ((r * x + 0.09439447984642224) * x - 0.10505451114645149) * x + 0.11760684004803086
    r = ((r * x - 0.13332742375442197) * x + 0.1538455111041126) * x - 0.18181813211313796
    r = ((r * x + 0.22222221964174252) * x - 0.28571428563185386) * x + 0.3999999999985989
    return t * ((r * x - 0.6666666666666572) * x + 2.0)


@jit_inline
def decay(x: float) -> float:
    """1 - exp(-x) for x >= 0, up to 1e-15 relative: x of at most 160, eight times halved and doubled again."""
    y = (x if x < 160.0 else 160.0) * 0.00390625
    r = 1.884985239954506e-08
    r = ((r * y - 2.668205914024757e-07) * y + 2.748571955349905e-06) * y - 2.4797912537251495e-05
    r = ((r * y + 0.00019841148052196554) * y - 0.0013888886288914108) * y + 0.0083333332986644
    r = ((r * y - 0.04166666666396623) * y + 0.1666666666665587) * y - 0.49999999999999833
    r = r * y + 1.0
    w = y * r
    w = w * (2.0 - w)
    w = w * (2.0 - w)
    w = w * (2.0 - w)
    w = w * (2.0 - w)
    w = w * (2.0 - w)
    w = w * (2.0 - w)
    w = w * (2.0 - w)
    return w * (2.0 - w)
