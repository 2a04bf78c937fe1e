// Keys that EMQ X 4 spells otherwise in some of its versions.
#pragma once

#include <string_view>

namespace troupe::config {

/// The key that the schema has for it; any other one is its own.
std::string_view known_as(std::string_view key) noexcept;

} // namespace troupe::config
