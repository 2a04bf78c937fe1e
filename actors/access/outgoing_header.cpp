#include "troupe/access/outgoing_header.hpp"

#include "troupe/mqtt/words.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::access {

namespace {

constexpr std::string_view own_headers[] = {"host", "content-length", "transfer-encoding", "connection"};

bool is_own(std::string_view name) noexcept {
  return std::any_of(std::begin(own_headers), std::end(own_headers),
                     [name](std::string_view own) { return mqtt::same_word(name, own); });
}

bool is_control(char c) noexcept { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f'; }

} // namespace

bool is_http_token(std::string_view text) noexcept {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    const char l = mqtt::lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || marks.find(c) != std::string_view::npos;
  });
}

header_fault fault_of(std::string_view name, std::string_view value) noexcept {
  if (!is_http_token(name))
    return header_fault::name;
  if (std::any_of(value.begin(), value.end(), is_control))
    return header_fault::value;
  return is_own(name) ? header_fault::own : header_fault::none;
}

const char* expected_of(header_fault fault) noexcept {
  switch (fault) {
    case header_fault::none: break;
    case header_fault::name: return "the name of a header, of letters, digits and hyphens";
    case header_fault::value: return "a value without control characters";
    case header_fault::own:
      return "a header that the broker does not write itself, as it does Host, Content-Length, "
             "Transfer-Encoding and "
             "Connection";
  }
  return "";
}

} // namespace troupe::access
