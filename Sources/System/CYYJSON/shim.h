#pragma once
#include <yyjson.h>

// yyjson declares its flags as `static const`, which Swift imports, and most of its functions as `inline`, which it
// imports too; only the iterator's initialisers return by value through macros of their own. Nothing to add today.
