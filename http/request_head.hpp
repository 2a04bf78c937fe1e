// What the head of an HTTP request means, apart from the library that reads it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// The path and the query string of a request's target, without a fragment. Of the absolute form, which a
/// server must take too (RFC 9112 section 3.2.2), scheme and authority are left out.
std::pair<std::string_view, std::string_view> split_target(std::string_view target);

/// Whether a client wants its connection to end with the answer (RFC 9112 section 9.3). `connection` are the
/// values of all its fields of that name.
bool asks_to_close(std::string_view version, const std::vector<std::string>& connection);

/// 0, or the status that refuses a body: 400 when a proxy before this server may take it for another length
/// than this one does (RFC 9112 sections 6.1 and 6.3), 413 when it has more than `most` bytes. The values of
/// all fields Content-Length and Transfer-Encoding.
int check_length(const std::vector<std::string>& lengths, const std::vector<std::string>& encodings,
                 std::uint64_t most);

} // namespace troupe
