// Texts as people count their characters: in grapheme clusters, as EMQ X does. What is not UTF-8 counts byte
// by byte.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::rules {

/// Bytes of the first cluster; 0 of nothing.
std::size_t first_cluster(std::string_view text);

std::size_t count_clusters(std::string_view text);

/// `count` clusters from the `start`-th on, counted from 0; fewer where the text ends.
std::string_view clusters(std::string_view text, std::size_t start, std::size_t count);

std::string lower_case(std::string_view text);
std::string upper_case(std::string_view text);

std::string_view trim_start(std::string_view text);
std::string_view trim_end(std::string_view text);

} // namespace troupe::rules
