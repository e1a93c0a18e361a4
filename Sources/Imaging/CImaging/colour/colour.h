#ifndef CIMAGING_COLOUR_H
#define CIMAGING_COLOUR_H

#include "picture/picture.h"

/// From the colours of a source to sRGB, by Little CMS.

/// How a source's numbers become sRGB.
typedef struct img_profile {
    /// The embedded ICC profile, owned; NULL when there is none that fits the picture.
    uint8_t *bytes;
    size_t count;
    /// Whether the profile is not sRGB; set by `img_profile_judge`.
    bool differs;
} img_profile;

/// CIE 1931 x and y.
typedef struct img_chromaticities {
    double white[2], red[2], green[2], blue[2];
} img_chromaticities;

/// Colours that a file states by numbers.
typedef struct img_colour_space {
    img_chromaticities chromaticities;
    enum { IMG_TRANSFER_SRGB, IMG_TRANSFER_GAMMA } transfer;
    /// For `IMG_TRANSFER_GAMMA`: the exponent that turns encoded values into light.
    double gamma;
} img_colour_space;

img_colour_space img_colour_space_srgb(void);
/// Finds the colour space of the code points of ITU-T H.273, which PNG's cICP and HEIF's nclx carry. `*known` is false
/// for those that are unspecified or not defined. Refuses high dynamic range (PQ and HLG).
img_status img_colour_space_of_codes(uint32_t primaries, uint32_t transfer, img_colour_space *space, bool *known,
                                     img_failure *failure);
/// Makes the ICC profile of a colour space. Leaves `profile` empty for numbers that no colour space can have.
img_status img_profile_state(img_profile *profile, const img_colour_space *space, uint32_t components,
                             img_failure *failure);

/// Drops a profile that cannot be read or is of another colour model than a picture with `components` components
/// (1 gray, 3 RGB, 4 CMYK); recognises sRGB by its numbers.
void img_profile_judge(img_profile *profile, uint32_t components);
/// Converts in place to gray or RGB in sRGB. Subsampled YCC is only accepted where nothing has to be converted.
img_status img_colour_convert(img_picture *picture, const img_profile *profile, img_failure *failure);

#endif
