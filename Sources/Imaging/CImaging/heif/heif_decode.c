#include "heif_codec.h"
#include "heif_library.h"

#include <stdlib.h>
#include <string.h>

/// Decodes AVIF and HEIC through libheif, which turns the picture upright itself; the EXIF orientation is ignored.

void img_load_decoders(void) { (void)img_heif(); }

bool img_heif_is_there(void) { return img_heif() != NULL; }

static img_status failed(heif_error error, img_failure *failure) {
    switch (error.code) {
    case HEIF_ERROR_MEMORY: return img_fail_memory(failure);
    case HEIF_ERROR_UNSUPPORTED_FILETYPE:
    case HEIF_ERROR_UNSUPPORTED_FEATURE:
    case HEIF_ERROR_PLUGIN_LOADING:
        return img_fail(failure, IMG_UNSUPPORTED_FEATURE, "no decoder is installed for this encoding");
    default: break;
    }
    bool cut_off = error.subcode == HEIF_SUBERROR_END_OF_DATA;
    return img_fail(failure, cut_off ? IMG_TRUNCATED : IMG_CORRUPT, "libheif: error %d.%d", error.code, error.subcode);
}

/// The colours that the file states by code points instead of a profile.
static img_status read_codes(const img_heif_library *lib, const heif_image_handle *handle, img_profile *profile,
                             img_failure *failure) {
    heif_nclx *codes = NULL;
    heif_error error = lib->image_handle_get_nclx_color_profile(handle, &codes);
    if (error.code || !codes) return IMG_OK;
    img_colour_space space;
    bool known = false;
    img_status status = img_colour_space_of_codes((uint32_t)codes->color_primaries,
                                                  (uint32_t)codes->transfer_characteristics, &space, &known, failure);
    lib->nclx_color_profile_free(codes);
    return status == IMG_OK && known ? img_profile_state(profile, &space, 3, failure) : status;
}

static img_status read_profile(const img_heif_library *lib, const heif_image_handle *handle, const img_limits *limits,
                               img_profile *profile, img_failure *failure) {
    int type = lib->image_handle_get_color_profile_type(handle);
    if (type == HEIF_PROFILE_NCLX) return read_codes(lib, handle, profile, failure);
    if (type != HEIF_PROFILE_RICC && type != HEIF_PROFILE_PROF) return IMG_OK;
    size_t count = lib->image_handle_get_raw_color_profile_size(handle);
    if (!count) return IMG_OK;
    if (count > limits->profile_bytes)
        return img_fail_limit(failure, IMG_PROFILE_TOO_LARGE, limits->profile_bytes, count, "bytes of colour profile");
    profile->bytes = img_allocate_zeroed(count, 1);
    if (!profile->bytes) return img_fail_memory(failure);
    profile->count = count;
    heif_error error = lib->image_handle_get_raw_color_profile(handle, profile->bytes);
    return error.code ? failed(error, failure) : IMG_OK;
}

img_status img_heif_scan(const img_input *input, img_heif_header *header, img_failure *failure) {
    if (img_heif_is_cut_off(input->bytes, input->count))
        return img_fail(failure, IMG_TRUNCATED, "the file ends within the picture");
    const img_heif_library *lib = img_heif();
    header->context = lib->context_alloc();
    if (!header->context) return img_fail_memory(failure);
    lib->context_set_max_decoding_threads(header->context, 0);
    heif_error error = lib->context_read_from_memory_without_copy(header->context, input->bytes, input->count, NULL);
    if (!error.code) error = lib->context_get_primary_image_handle(header->context, &header->handle);
    if (error.code) return failed(error, failure);
    int width = lib->image_handle_get_width(header->handle), height = lib->image_handle_get_height(header->handle);
    if (width < 1 || height < 1) return img_fail(failure, IMG_CORRUPT, "the width or the height is zero");
    header->width = (uint32_t)width;
    header->height = (uint32_t)height;
    header->alpha = lib->image_handle_has_alpha_channel(header->handle);
    img_status status = img_check_size(header->width, header->height, &input->limits, failure);
    if (status == IMG_OK) status = read_profile(lib, header->handle, &input->limits, &header->profile, failure);
    if (status == IMG_OK) img_profile_judge(&header->profile, 3);
    return status;
}

void img_heif_close(img_heif_header *header) {
    const img_heif_library *lib = img_heif();
    if (header->handle) lib->image_handle_release(header->handle);
    if (header->context) lib->context_free(header->context);
    free(header->profile.bytes);
}

img_status img_heif_decode(const img_heif_header *h, uint32_t max_side, img_picture **picture, img_failure *failure) {
    const img_heif_library *lib = img_heif();
    heif_image *image = NULL;
    heif_error error = lib->decode_image(h->handle, &image, HEIF_COLORSPACE_RGB,
                                         h->alpha ? HEIF_CHROMA_INTERLEAVED_RGBA : HEIF_CHROMA_INTERLEAVED_RGB, NULL);
    if (error.code) return failed(error, failure);
    int stride = 0;
    const uint8_t *pixels = lib->image_get_plane_readonly(image, HEIF_CHANNEL_INTERLEAVED, &stride);
    img_intake intake = {0};
    img_status status = IMG_OK;
    if (!pixels || lib->image_get_width(image, HEIF_CHANNEL_INTERLEAVED) != (int)h->width ||
        lib->image_get_height(image, HEIF_CHANNEL_INTERLEAVED) != (int)h->height || stride < 0 ||
        (uint64_t)stride < (uint64_t)h->width * (h->alpha ? 4 : 3))
        status = img_fail(failure, IMG_CORRUPT, "the picture has another size than its header says");
    else if (!img_intake_open(&intake, IMG_RGB, h->alpha, h->width, h->height, max_side))
        status = img_fail_memory(failure);
    for (uint32_t y = 0; status == IMG_OK && y < h->height; y++) img_intake_push(&intake, pixels + (size_t)stride * y);
    lib->image_release(image);
    if (status == IMG_OK) status = img_intake_finish(&intake, 1, &h->profile, picture, failure);
    img_intake_close(&intake);
    return status;
}
