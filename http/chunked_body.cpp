#include "chunked_body.hpp"

#include "request_head.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace troupe {

namespace {

constexpr std::size_t longest_line = 8'192; // as of a line of the head

// The next line without its end. CR and LF count together only: a proxy might take one of them for an end.
std::optional<std::string> read_line(const byte_source& read) {
  std::string line;
  char c = 0;
  while (line.size() < longest_line && read(&c, 1) == 1) {
    const bool after_cr = !line.empty() && line.back() == '\r';
    if (after_cr != (c == '\n'))
      return {};
    if (after_cr) {
      line.pop_back();
      return has_control(line) ? std::nullopt : std::optional{std::move(line)};
    }
    line += c;
  }
  return {};
}

// What the line before a chunk says; extensions mean nothing here.
std::optional<std::size_t> chunk_size(std::string_view line) {
  std::size_t size = 0;
  const auto* end = line.data() + line.size();
  const auto [p, failed] = std::from_chars(line.data(), end, size, 16);
  if (failed != std::errc{})
    return {};
  const auto* rest = std::find_if(p, end, [](char c) { return c != ' ' && c != '\t'; });
  return rest == end || *rest == ';' ? std::optional{size} : std::nullopt;
}

bool append(const byte_source& read, std::size_t size, std::string& body) {
  auto at = body.size();
  body.resize(at + size);
  while (at < body.size()) {
    const long n = read(body.data() + at, body.size() - at);
    if (n <= 0)
      return false;
    at += static_cast<std::size_t>(n);
  }
  return true;
}

chunked_end read_trailers(const byte_source& read) {
  while (const auto line = read_line(read)) {
    if (line->empty())
      return chunked_end::whole;
    if (const auto colon = line->find(':'); colon == 0 || colon == std::string::npos)
      break;
  }
  return chunked_end::broken;
}

} // namespace

chunked_end read_chunked(const byte_source& read, std::size_t most, std::string& body) {
  while (true) {
    const auto line = read_line(read);
    const auto size = line ? chunk_size(*line) : std::nullopt;
    if (!size)
      return chunked_end::broken;
    if (*size == 0)
      return read_trailers(read);
    if (*size > most - std::min(most, body.size()))
      return chunked_end::too_large;
    if (!append(read, *size, body) || read_line(read) != "")
      return chunked_end::broken;
  }
}

} // namespace troupe
