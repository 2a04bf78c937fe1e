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

constexpr char begins = 1; // a cluster
constexpr std::size_t longest_character = 4;

// For each byte, whether a cluster begins there. What a sequence of emoji or flags is takes more than a look
// at two neighbours.
std::string breaks_of(std::string_view text) {
  std::string out(text.size(), '\0');
  u8_grapheme_breaks(bytes(text), text.size(), out.data());
  return out;
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
  for (std::size_t seen = 16;; seen *= 2) {
    const auto part = text.substr(0, seen);
    const auto size = breaks_of(part).find(begins, 1);
    const bool whole = part.size() == text.size();
    if (size != std::string::npos && (whole || size + longest_character < part.size()))
      return size;
    if (whole)
      return text.size();
  }
}

std::size_t count_clusters(std::string_view text) {
  if (plain(text))
    return text.size();
  const auto breaks = breaks_of(text);
  return static_cast<std::size_t>(std::count(breaks.begin(), breaks.end(), begins));
}

std::string_view clusters(std::string_view text, std::size_t start, std::size_t count) {
  if (plain(text))
    return text.substr(std::min(start, text.size()), count);
  const auto breaks = breaks_of(text);
  std::size_t at = 0;
  const auto pass = [&](std::size_t n) {
    for (; n > 0 && at < text.size(); --n)
      at = std::min(breaks.find(begins, at + 1), text.size());
    return at;
  };
  const auto from = pass(start);
  return text.substr(from, pass(count) - from);
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
