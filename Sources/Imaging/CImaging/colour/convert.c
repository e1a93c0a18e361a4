#include "colour.h"

#include <lcms2.h>
#include <stdlib.h>
#include <string.h>

/// Converts the first three planes from YCC to RGB, and of YCCK to light, which Adobe stores inverted.
static void convert_ycc(img_picture *picture) {
    uint8_t flip = picture->model == IMG_YCCK_LIGHT ? 0xff : 0;
    for (uint32_t row = 0; row < picture->height; row++) {
        uint8_t *a = img_plane_row(&picture->plane[0], row), *b = img_plane_row(&picture->plane[1], row),
                *c = img_plane_row(&picture->plane[2], row);
        for (uint32_t x = 0; x < picture->width; x++) {
            uint8_t rgb[3];
            img_ycc_to_rgb(a + x, b + x, c + x, rgb);
            a[x] = rgb[0] ^ flip;
            b[x] = rgb[1] ^ flip;
            c[x] = rgb[2] ^ flip;
        }
    }
}

static void drop_last_plane(img_picture *picture) { img_plane_free(&picture->plane[--picture->planes]); }

/// Converts without a profile: each ink removes its share of the light, as viewers do for Adobe's files.
static void convert_cmyk_naively(img_picture *picture) {
    for (uint32_t c = 0; c < 3; c++)
        for (uint32_t y = 0; y < picture->height; y++) {
            uint8_t *row = img_plane_row(&picture->plane[c], y);
            const uint8_t *black = img_plane_row(&picture->plane[3], y);
            for (uint32_t x = 0; x < picture->width; x++) row[x] = img_mul255(row[x], black[x]);
        }
    drop_last_plane(picture);
}

static cmsHTRANSFORM make_transform(const img_profile *profile, cmsUInt32Number from, cmsUInt32Number to, bool *rgb) {
    cmsHPROFILE source = cmsOpenProfileFromMem(profile->bytes, (cmsUInt32Number)profile->count);
    *rgb = source && cmsGetColorSpace(source) == cmsSigRgbData;
    if (*rgb && from == TYPE_GRAY_8) from = TYPE_RGB_8;
    cmsHPROFILE target = cmsCreate_sRGBProfile();
    cmsHTRANSFORM transform = NULL;
    if (source && target)
        transform =
            cmsCreateTransform(source, from, target, to, INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_BLACKPOINTCOMPENSATION);
    if (source) cmsCloseProfile(source);
    if (target) cmsCloseProfile(target);
    return transform;
}

/// `inputs` equal samples a pixel in: a gray picture may have a profile for RGB, when all its colours turned out gray.
static void convert_gray(img_picture *picture, cmsHTRANSFORM transform, size_t inputs) {
    uint8_t from[256 * 3], to[256][3];
    for (size_t i = 0; i < 256 * inputs; i++) from[i] = (uint8_t)(i / inputs);
    cmsDoTransform(transform, from, to, 256);
    for (uint32_t y = 0; y < picture->height; y++) {
        uint8_t *row = img_plane_row(&picture->plane[0], y);
        for (uint32_t x = 0; x < picture->width; x++) row[x] = to[row[x]][1];
    }
}

/// `inputs` interleaved samples a pixel in, RGB out.
static bool convert_rows(img_picture *picture, cmsHTRANSFORM transform, uint32_t inputs) {
    uint8_t *from = img_allocate(picture->width, inputs), *to = img_allocate(picture->width, 3);
    for (uint32_t y = 0; from && to && y < picture->height; y++) {
        for (uint32_t c = 0; c < inputs; c++) {
            const uint8_t *row = img_plane_row(&picture->plane[c], y);
            for (uint32_t x = 0; x < picture->width; x++) from[(size_t)x * inputs + c] = row[x];
        }
        cmsDoTransform(transform, from, to, picture->width);
        for (uint32_t c = 0; c < 3; c++) {
            uint8_t *row = img_plane_row(&picture->plane[c], y);
            for (uint32_t x = 0; x < picture->width; x++) row[x] = to[(size_t)x * 3 + c];
        }
    }
    bool converted = from && to;
    free(from);
    free(to);
    return converted;
}

static img_status apply_profile(img_picture *picture, const img_profile *profile, img_failure *failure) {
    bool gray = picture->model == IMG_GRAY, cmyk = picture->model == IMG_CMYK_LIGHT;
    cmsUInt32Number from = gray ? TYPE_GRAY_8 : cmyk ? TYPE_CMYK_8_REV : TYPE_RGB_8;
    bool rgb;
    cmsHTRANSFORM transform = make_transform(profile, from, TYPE_RGB_8, &rgb);
    if (!transform) {
        // The profile has no usable transform (or memory is short): viewers then show the numbers unchanged.
        if (cmyk) convert_cmyk_naively(picture);
        return IMG_OK;
    }
    bool converted = true;
    if (gray)
        convert_gray(picture, transform, rgb ? 3 : 1);
    else
        converted = convert_rows(picture, transform, cmyk ? 4 : 3);
    cmsDeleteTransform(transform);
    if (!converted) return img_fail_memory(failure);
    if (cmyk) drop_last_plane(picture);
    return IMG_OK;
}

img_status img_colour_convert(img_picture *picture, const img_profile *profile, img_failure *failure) {
    bool four = picture->model == IMG_CMYK_LIGHT || picture->model == IMG_YCCK_LIGHT;
    if (!profile->bytes && !four) return IMG_OK;
    if (picture->model == IMG_YCC || picture->model == IMG_YCCK_LIGHT) convert_ycc(picture);
    if (picture->model == IMG_YCC) picture->model = IMG_RGB;
    if (picture->model == IMG_YCCK_LIGHT) picture->model = IMG_CMYK_LIGHT;
    if (profile->bytes) {
        img_status status = apply_profile(picture, profile, failure);
        if (status != IMG_OK) return status;
    } else {
        convert_cmyk_naively(picture);
    }
    if (four) picture->model = IMG_RGB;
    return IMG_OK;
}
