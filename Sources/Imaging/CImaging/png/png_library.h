#ifndef CIMAGING_PNG_LIBRARY_H
#define CIMAGING_PNG_LIBRARY_H

#include "base/base.h"

#include <setjmp.h>

#include <png.h>

/// Turns libpng's errors into a status; see `img_jpeg_guard`.
typedef struct img_png_guard {
    jmp_buf back;
    img_failure *failure;
    img_status otherwise;
} img_png_guard;

/// Runs `work`. False when it ended in an error, which `guard->failure` then describes.
bool img_png_guarded(img_png_guard *guard, void (*work)(void *), void *context);
void img_png_give_up(img_png_guard *guard, img_status status, const char *text) __attribute__((noreturn));
/// libpng's error and warning functions, with the guard as their pointer.
void img_png_on_error(png_structp png, png_const_charp text) __attribute__((noreturn));
void img_png_on_warning(png_structp png, png_const_charp text);

#endif
