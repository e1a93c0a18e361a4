#include "CImagingTestSupport.h"

#include <math.h>
#include <stdlib.h>

#include <lcms2.h>

static cmsToneCurve *srgb_table(void) {
    float values[1024];
    for (int i = 0; i < 1024; i++) {
        double v = i / 1023.0;
        values[i] = (float)(v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return cmsBuildTabulatedToneCurveFloat(NULL, 1024, values);
}

static cmsToneCurve *curve_of(draw_profile kind) {
    const double srgb[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    switch (kind) {
    case DRAW_ADOBE_RGB: return cmsBuildGamma(NULL, 563.0 / 256);
    case DRAW_GRAY_LINEAR: return cmsBuildGamma(NULL, 1);
    case DRAW_SRGB_TABLE: return srgb_table();
    default: return cmsBuildParametricToneCurve(NULL, 4, srgb);
    }
}

draw_buffer draw_make_profile(draw_profile kind) {
    const cmsCIExyY d65 = {0.3127, 0.3290, 1};
    cmsCIExyYTRIPLE primaries = {{0.64, 0.33, 1}, {0.30, 0.60, 1}, {0.15, 0.06, 1}};
    if (kind == DRAW_ADOBE_RGB) primaries.Green = (cmsCIExyY){0.21, 0.71, 1};
    if (kind == DRAW_DISPLAY_P3)
        primaries.Red = (cmsCIExyY){0.680, 0.320, 1}, primaries.Green = (cmsCIExyY){0.265, 0.690, 1};
    cmsToneCurve *curve = curve_of(kind), *curves[3] = {curve, curve, curve};
    cmsHPROFILE profile = kind == DRAW_GRAY_LINEAR ? cmsCreateGrayProfile(cmsD50_xyY(), curve)
                                                   : cmsCreateRGBProfile(&d65, &primaries, curves);
    cmsUInt32Number count = 0;
    cmsSaveProfileToMem(profile, NULL, &count);
    draw_buffer out = {malloc(count), count};
    cmsSaveProfileToMem(profile, out.bytes, &count);
    cmsCloseProfile(profile);
    cmsFreeToneCurve(curve);
    return out;
}
