// What the text of a regular expression tells of the work that it makes.
#pragma once

#include <string_view>

namespace troupe::rules {

/// Whether a search may have to read far behind what it finds, to see that something which would count more
/// does not end well: `a.*b|a` reads all of "aaaa…" for each a. Sometimes true where it is not so; never
/// false where it is.
bool looks_far(std::string_view expression);

} // namespace troupe::rules
