// Bodies that come in chunks (RFC 9112 section 7.1). The library's own reader refuses trailer fields, and
// knows no bound.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace troupe {

/// Puts at most so many of the next bytes there, and says how many, at least one; else nothing more comes.
using byte_source = std::function<long(char* to, std::size_t size)>;

enum class chunked_end { whole, broken, too_large };

/// Appends the chunks to `body`, which is to have `most` bytes at most, and reads past the trailer fields,
/// which mean nothing here. `broken` also when the bytes end or a line has more than 8,192 bytes or a
/// control character. The caller
/// bounds what is read altogether.
chunked_end read_chunked(const byte_source& read, std::size_t most, std::string& body);

} // namespace troupe
