#include "colour.h"

#include <lcms2.h>

/// ICC profiles for colours that a file states by numbers: chromaticities and a transfer function.

static const img_chromaticities bt709 = {{0.3127, 0.3290}, {0.640, 0.330}, {0.300, 0.600}, {0.150, 0.060}};

/// The `colour_primaries` of ITU-T H.273, table 2; NULL for those that are not defined.
static const img_chromaticities *primaries_of(uint32_t code) {
    static const img_chromaticities table[] = {
        [4] = {{0.3100, 0.3160}, {0.670, 0.330}, {0.210, 0.710}, {0.140, 0.080}},
        [5] = {{0.3127, 0.3290}, {0.640, 0.330}, {0.290, 0.600}, {0.150, 0.060}},
        [6] = {{0.3127, 0.3290}, {0.630, 0.340}, {0.310, 0.595}, {0.155, 0.070}},
        [7] = {{0.3127, 0.3290}, {0.630, 0.340}, {0.310, 0.595}, {0.155, 0.070}},
        [8] = {{0.3100, 0.3160}, {0.681, 0.319}, {0.243, 0.692}, {0.145, 0.049}},
        [9] = {{0.3127, 0.3290}, {0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}},
        [11] = {{0.3140, 0.3510}, {0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}},
        [12] = {{0.3127, 0.3290}, {0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}},
        [22] = {{0.3127, 0.3290}, {0.630, 0.340}, {0.295, 0.605}, {0.155, 0.077}},
    };
    if (code == 1) return &bt709;
    return code < sizeof table / sizeof *table && table[code].white[1] > 0 ? &table[code] : NULL;
}

/// From encoded values to light; NULL for a transfer that is not defined, or without memory.
static cmsToneCurve *curve_of(const img_colour_space *space) {
    // y = (a x + b)^g from d on, c x below it (lcms2 manual, parametric curve of type 4).
    static const double srgb[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    if (space->transfer == IMG_TRANSFER_SRGB) return cmsBuildParametricToneCurve(NULL, 4, srgb);
    return space->gamma > 0 ? cmsBuildGamma(NULL, space->gamma) : NULL;
}

static bool is_possible(const img_chromaticities *c) {
    const double *points[4] = {c->white, c->red, c->green, c->blue};
    for (int i = 0; i < 4; i++)
        if (!(points[i][0] >= 0 && points[i][1] > 0 && points[i][0] + points[i][1] <= 1)) return false;
    return true;
}

static cmsHPROFILE make_profile(const img_colour_space *space, uint32_t components, cmsToneCurve *curve) {
    if (components == 1) return cmsCreateGrayProfile(cmsD50_xyY(), curve);
    const img_chromaticities *c = &space->chromaticities;
    if (components != 3 || !is_possible(c)) return NULL;
    const cmsCIExyY white = {c->white[0], c->white[1], 1};
    const cmsCIExyYTRIPLE primaries = {
        {c->red[0], c->red[1], 1}, {c->green[0], c->green[1], 1}, {c->blue[0], c->blue[1], 1}};
    cmsToneCurve *const curves[3] = {curve, curve, curve};
    return cmsCreateRGBProfile(&white, &primaries, curves);
}

img_colour_space img_colour_space_srgb(void) { return (img_colour_space){bt709, IMG_TRANSFER_SRGB, 0}; }

img_status img_profile_state(img_profile *profile, const img_colour_space *space, uint32_t components,
                             img_failure *failure) {
    cmsToneCurve *curve = curve_of(space);
    if (!curve) return IMG_OK;
    cmsHPROFILE made = make_profile(space, components, curve);
    cmsUInt32Number count = 0;
    bool saved = false;
    if (made && cmsSaveProfileToMem(made, NULL, &count) && (profile->bytes = img_allocate_zeroed(count, 1)))
        saved = cmsSaveProfileToMem(made, profile->bytes, &count);
    profile->count = count;
    cmsFreeToneCurve(curve);
    if (!made) return IMG_OK;
    cmsCloseProfile(made);
    return saved ? IMG_OK : img_fail_memory(failure);
}

img_status img_colour_space_of_codes(uint32_t primaries, uint32_t transfer, img_colour_space *space, bool *known,
                                     img_failure *failure) {
    enum { PQ = 16, HLG = 18 };
    if (transfer == PQ || transfer == HLG)
        return img_fail(failure, IMG_UNSUPPORTED_FEATURE, "high dynamic range (%s) is not supported",
                        transfer == PQ ? "PQ" : "HLG");
    const img_chromaticities *chromaticities = primaries_of(primaries);
    *known = chromaticities != NULL;
    if (!*known) return IMG_OK;
    *space = (img_colour_space){*chromaticities, IMG_TRANSFER_SRGB, 0};
    switch (transfer) {
    // Still pictures with the transfer of video (BT.709, BT.601, BT.2020) are shown as sRGB, as Chrome does it.
    case 1:
    case 6:
    case 13:
    case 14:
    case 15: break;
    case 4:
    case 5:
    case 8:
        space->transfer = IMG_TRANSFER_GAMMA;
        space->gamma = transfer == 4 ? 2.2 : transfer == 5 ? 2.8 : 1;
        break;
    default: *known = false;
    }
    return IMG_OK;
}
