#define _GNU_SOURCE
#include "heif_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

static img_heif_library library;
static bool is_there;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    void *handle = dlopen("libheif.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!handle) return;
    const struct {
        const char *name;
        void *function;
    } wanted[] = {
        {"heif_context_alloc", &library.context_alloc},
        {"heif_context_free", &library.context_free},
        {"heif_context_set_max_decoding_threads", &library.context_set_max_decoding_threads},
        {"heif_context_read_from_memory_without_copy", &library.context_read_from_memory_without_copy},
        {"heif_context_get_primary_image_handle", &library.context_get_primary_image_handle},
        {"heif_image_handle_release", &library.image_handle_release},
        {"heif_image_handle_get_width", &library.image_handle_get_width},
        {"heif_image_handle_get_height", &library.image_handle_get_height},
        {"heif_image_handle_has_alpha_channel", &library.image_handle_has_alpha_channel},
        {"heif_image_handle_get_color_profile_type", &library.image_handle_get_color_profile_type},
        {"heif_image_handle_get_raw_color_profile_size", &library.image_handle_get_raw_color_profile_size},
        {"heif_image_handle_get_raw_color_profile", &library.image_handle_get_raw_color_profile},
        {"heif_image_handle_get_nclx_color_profile", &library.image_handle_get_nclx_color_profile},
        {"heif_nclx_color_profile_free", &library.nclx_color_profile_free},
        {"heif_decode_image", &library.decode_image},
        {"heif_image_get_width", &library.image_get_width},
        {"heif_image_get_height", &library.image_get_height},
        {"heif_image_get_plane_readonly", &library.image_get_plane_readonly},
        {"heif_image_release", &library.image_release},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        void *symbol = dlsym(handle, wanted[i].name);
        if (!symbol) return;
        // ISO C has no conversion from data to function pointers; POSIX promises the representation.
        memcpy(wanted[i].function, &symbol, sizeof symbol);
    }
    // Its plugins are files. They are loaded now, because a confined process cannot open files, and stay loaded.
    struct init_result {
        int code, subcode;
        const char *message;
    } (*init)(const void *);
    void *symbol = dlsym(handle, "heif_init");
    memcpy(&init, &symbol, sizeof symbol);
    if (symbol) init(NULL);
    is_there = true;
}

const img_heif_library *img_heif(void) {
    pthread_once(&once, load);
    return is_there ? &library : NULL;
}
