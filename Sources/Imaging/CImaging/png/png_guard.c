#include "png_library.h"

#include <string.h>

bool img_png_guarded(img_png_guard *guard, void (*work)(void *), void *context) {
    if (setjmp(guard->back)) return false;
    work(context);
    return true;
}

void img_png_give_up(img_png_guard *guard, img_status status, const char *text) {
    img_fail(guard->failure, status, "%s", text);
    longjmp(guard->back, 1);
}

void img_png_on_error(png_structp png, png_const_charp text) {
    img_png_guard *guard = png_get_error_ptr(png);
    img_status status = guard->otherwise;
    if (strstr(text, "emory")) status = IMG_OUT_OF_MEMORY;
    if (strstr(text, "Not enough") || strstr(text, "ead Error") || strstr(text, "ead error")) status = IMG_TRUNCATED;
    img_fail(guard->failure, status, "libpng: %s", text);
    longjmp(guard->back, 1);
}

void img_png_on_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}
