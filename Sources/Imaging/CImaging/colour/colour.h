#ifndef CIMAGING_COLOUR_H
#define CIMAGING_COLOUR_H

#include "picture/picture.h"

/// From the colours of a source to sRGB, by Little CMS.

/// How a source's numbers become sRGB.
typedef struct img_profile {
    /// The embedded ICC profile, owned; NULL when there is none that fits the picture.
    uint8_t *bytes;
    size_t count;
    /// Set by `img_profile_judge`: the profile says something else than sRGB.
    bool differs;
} img_profile;

/// Drops a profile that cannot be read or is of another colour model than a picture with `components` components
/// (1 gray, 3 RGB, 4 CMYK); recognises sRGB by its numbers.
void img_profile_judge(img_profile *profile, uint32_t components);
/// Converts in place to gray or RGB in sRGB. Subsampled YCC is only accepted where nothing has to be converted.
img_status img_colour_convert(img_picture *picture, const img_profile *profile, img_failure *failure);

#endif
