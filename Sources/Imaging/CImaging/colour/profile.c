#include "colour.h"

#include <lcms2.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Colorants of sRGB adapted to D50 (IEC 61966-2-1 through Bradford), as sRGB profiles carry them.
static const double srgb_colorants[3][3] = {
    {0.4361, 0.2225, 0.0139}, {0.3851, 0.7169, 0.0971}, {0.1431, 0.0606, 0.7141}};

/// Profiles that call themselves sRGB differ from these numbers by at most a thousandth; the next gamut, by a tenth.
static const double colorant_tolerance = 0.003;
/// Two steps of 8 bits in encoded values, which also accepts sRGB curves reduced to a few dozen samples.
static const double curve_tolerance = 2.0 / 255;

static double srgb_encode(double linear) {
    if (linear <= 0.0031308) return linear * 12.92;
    return 1.055 * pow(linear, 1 / 2.4) - 0.055;
}

static bool has_srgb_curve(cmsHPROFILE profile, cmsTagSignature tag) {
    const cmsToneCurve *curve = cmsReadTag(profile, tag);
    if (!curve) return false;
    for (int i = 0; i <= 32; i++) {
        double v = i / 32.0;
        if (fabs(srgb_encode(cmsEvalToneCurveFloat(curve, (float)v)) - v) > curve_tolerance) return false;
    }
    return true;
}

static bool is_srgb(cmsHPROFILE profile) {
    static const cmsTagSignature colorants[3] = {cmsSigRedColorantTag, cmsSigGreenColorantTag, cmsSigBlueColorantTag};
    static const cmsTagSignature curves[3] = {cmsSigRedTRCTag, cmsSigGreenTRCTag, cmsSigBlueTRCTag};
    if (!cmsIsMatrixShaper(profile) || cmsIsTag(profile, cmsSigAToB0Tag) || cmsIsTag(profile, cmsSigAToB1Tag))
        return false;
    for (int i = 0; i < 3; i++) {
        const cmsCIEXYZ *xyz = cmsReadTag(profile, colorants[i]);
        if (!xyz || fabs(xyz->X - srgb_colorants[i][0]) > colorant_tolerance ||
            fabs(xyz->Y - srgb_colorants[i][1]) > colorant_tolerance ||
            fabs(xyz->Z - srgb_colorants[i][2]) > colorant_tolerance || !has_srgb_curve(profile, curves[i]))
            return false;
    }
    return true;
}

static bool is_for(cmsHPROFILE profile, uint32_t components) {
    cmsProfileClassSignature class = cmsGetDeviceClass(profile);
    if (class != cmsSigInputClass && class != cmsSigDisplayClass && class != cmsSigOutputClass &&
        class != cmsSigColorSpaceClass)
        return false;
    cmsColorSpaceSignature space = cmsGetColorSpace(profile);
    if (components == 4) return space == cmsSigCmykData;
    if (components == 1) return space == cmsSigGrayData;
    return components == 3 && space == cmsSigRgbData;
}

void img_profile_judge(img_profile *profile, uint32_t components) {
    if (!profile->bytes) return;
    cmsHPROFILE opened =
        profile->count <= UINT32_MAX ? cmsOpenProfileFromMem(profile->bytes, (cmsUInt32Number)profile->count) : NULL;
    bool usable = opened && is_for(opened, components);
    profile->differs = usable && !(components == 3 && is_srgb(opened)) &&
                       !(components == 1 && has_srgb_curve(opened, cmsSigGrayTRCTag));
    if (opened) cmsCloseProfile(opened);
    if (profile->differs) return;
    free(profile->bytes);
    profile->bytes = NULL;
    profile->count = 0;
}
