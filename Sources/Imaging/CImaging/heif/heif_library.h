#ifndef CIMAGING_HEIF_LIBRARY_H
#define CIMAGING_HEIF_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

/// libheif (https://github.com/strukturag/libheif) is loaded at run time where it is installed, because AVIF and HEIC
/// are not worth a dependency for everybody. The functions used here belong to its stable C API.

typedef struct heif_context heif_context;
typedef struct heif_image_handle heif_image_handle;
typedef struct heif_image heif_image;
typedef struct heif_error {
    int code, subcode;
    const char *message;
} heif_error;

/// The beginning of libheif's `heif_color_profile_nclx`.
typedef struct heif_nclx {
    uint8_t version;
    int color_primaries, transfer_characteristics;
} heif_nclx;

/// Values of libheif's enumerations.
enum {
    HEIF_ERROR_UNSUPPORTED_FILETYPE = 3,
    HEIF_ERROR_UNSUPPORTED_FEATURE = 4,
    HEIF_ERROR_MEMORY = 6,
    HEIF_ERROR_PLUGIN_LOADING = 11,
    HEIF_SUBERROR_END_OF_DATA = 100,
    HEIF_COLORSPACE_RGB = 1,
    HEIF_CHROMA_INTERLEAVED_RGB = 10,
    HEIF_CHROMA_INTERLEAVED_RGBA = 11,
    HEIF_CHANNEL_INTERLEAVED = 10,
    HEIF_PROFILE_RICC = 0x72494343,
    HEIF_PROFILE_PROF = 0x70726f66,
    HEIF_PROFILE_NCLX = 0x6e636c78,
};

typedef struct img_heif_library {
    heif_context *(*context_alloc)(void);
    void (*context_free)(heif_context *);
    void (*context_set_max_decoding_threads)(heif_context *, int);
    heif_error (*context_read_from_memory_without_copy)(heif_context *, const void *, size_t, const void *);
    heif_error (*context_get_primary_image_handle)(heif_context *, heif_image_handle **);
    void (*image_handle_release)(const heif_image_handle *);
    int (*image_handle_get_width)(const heif_image_handle *);
    int (*image_handle_get_height)(const heif_image_handle *);
    int (*image_handle_has_alpha_channel)(const heif_image_handle *);
    int (*image_handle_get_color_profile_type)(const heif_image_handle *);
    size_t (*image_handle_get_raw_color_profile_size)(const heif_image_handle *);
    heif_error (*image_handle_get_raw_color_profile)(const heif_image_handle *, void *);
    heif_error (*image_handle_get_nclx_color_profile)(const heif_image_handle *, heif_nclx **);
    void (*nclx_color_profile_free)(heif_nclx *);
    heif_error (*decode_image)(const heif_image_handle *, heif_image **, int, int, const void *);
    int (*image_get_width)(const heif_image *, int);
    int (*image_get_height)(const heif_image *, int);
    const uint8_t *(*image_get_plane_readonly)(const heif_image *, int, int *);
    void (*image_release)(const heif_image *);
} img_heif_library;

/// Returns NULL where libheif is not installed or lacks a function. The first call loads it and its decoders.
const img_heif_library *img_heif(void);

#endif
