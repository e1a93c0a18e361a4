#pragma once
#include <yyjson.h>

// No shim is needed: Swift imports yyjson's flags, which are `static const`, and its `inline` functions.
