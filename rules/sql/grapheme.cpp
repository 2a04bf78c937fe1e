#include "grapheme.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <unicase.h>
#include <unigbrk.h>

namespace troupe::rules {

namespace {

bool plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\r'; });
}

const std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

using change = std::uint8_t* (*)(const std::uint8_t*, std::size_t, const char*, uninorm_t, std::uint8_t*,
                                 std::size_t*);

std::string changed(std::string_view text, change how) {
  if (text.empty())
    return {};
  std::size_t size = 0;
  auto* made = how(bytes(text), text.size(), "", nullptr, nullptr, &size);
  if (made == nullptr) // it is not UTF-8
    return std::string{text};
  std::string out{reinterpret_cast<const char*>(made), size};
  std::free(made);
  return out;
}

// Pattern_White_Space: what Erlang's string:trim takes off.
constexpr std::array<std::string_view, 11> blanks{
    "\t",       "\n",           "\v",           "\f",           "\r",          " ",
    "\xC2\x85", "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xA8", "\xE2\x80\xA9"};

} // namespace

std::size_t first_cluster(std::string_view text) {
  if (text.empty())
    return 0;
  if (text.size() == 1 || plain(text.substr(0, 2)))
    return 1;
  const auto* next = u8_grapheme_next(bytes(text), bytes(text) + text.size());
  return static_cast<std::size_t>(next - bytes(text));
}

std::size_t count_clusters(std::string_view text) {
  if (plain(text))
    return text.size();
  std::size_t n = 0;
  for (; !text.empty(); ++n)
    text.remove_prefix(first_cluster(text));
  return n;
}

std::string_view clusters(std::string_view text, std::size_t start, std::size_t count) {
  if (plain(text))
    return text.substr(std::min(start, text.size()), count);
  for (; start > 0 && !text.empty(); --start)
    text.remove_prefix(first_cluster(text));
  std::size_t size = 0;
  for (; count > 0 && size < text.size(); --count)
    size += first_cluster(text.substr(size));
  return text.substr(0, size);
}

std::string lower_case(std::string_view text) { return changed(text, u8_tolower); }
std::string upper_case(std::string_view text) { return changed(text, u8_toupper); }

std::string_view trim_start(std::string_view text) {
  for (;;) {
    const auto blank =
        std::find_if(blanks.begin(), blanks.end(), [&](auto b) { return text.starts_with(b); });
    if (blank == blanks.end())
      return text;
    text.remove_prefix(blank->size());
  }
}

std::string_view trim_end(std::string_view text) {
  for (;;) {
    const auto blank = std::find_if(blanks.begin(), blanks.end(), [&](auto b) { return text.ends_with(b); });
    if (blank == blanks.end())
      return text;
    text.remove_suffix(blank->size());
  }
}

} // namespace troupe::rules
