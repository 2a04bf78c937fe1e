#include "compiled_here.hpp"

TROUPE_TUPLE_TEMPLATES(template, caf::error)
