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

/// Whether a body is in a content coding (RFC 9110 section 8.4). `codings` are the values of all its fields
/// of that name.
bool is_coded(const std::vector<std::string>& codings);

/// The characters of a token of HTTP (RFC 9110 section 5.6.2): of methods, and of the names of fields.
inline constexpr std::string_view token_characters =
    "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether a line, given without its end, has a control character other than tabs (RFC 9110 section 5.5).
bool has_control(std::string_view line);

/// 0, or the status that refuses a request for its head, which is given as it came, to the end of its empty
/// line. 400 when a proxy before this server may take it, or the length of its body, for something else than
/// the library that reads it does, which leaves out lines that it does not understand: a first line that is
/// not a method, a target and HTTP/1.0 or HTTP/1.1 with one blank between them and none else (RFC 9112
/// section 3), a line that is not a field with its name at once before the colon (section 5), another line
/// end than CR LF (section 2.2), a control character (RFC 9110 section 5.5), a length that is no number or is
/// told in two ways (RFC 9112 sections 6.1 and 6.3), HTTP/1.1 without a Host, two of them, or one that is
/// none (section 3.2). 413 when the body has more than `most` bytes.
int check_head(std::string_view head, std::uint64_t most);

} // namespace troupe
