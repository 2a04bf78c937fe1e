#include "request_head.hpp"

#include "troupe/mqtt/words.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace troupe {

namespace {

using mqtt::same_word;
using mqtt::trimmed;

bool lists(std::string_view field, std::string_view option) {
  while (!field.empty()) {
    const auto one = field.substr(0, field.find(','));
    if (same_word(trimmed(one), option))
      return true;
    field.remove_prefix(std::min(one.size() + 1, field.size()));
  }
  return false;
}

std::string_view without_authority(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (same_word(target.substr(0, scheme.size()), scheme)) {
      target.remove_prefix(scheme.size());
      return target.substr(std::min(target.find_first_of("/?"), target.size()));
    }
  return target;
}

} // namespace

std::pair<std::string_view, std::string_view> split_target(std::string_view target) {
  target = without_authority(target.substr(0, target.find('#')));
  const auto path = target.substr(0, target.find('?'));
  return {path, target.substr(std::min(path.size() + 1, target.size()))};
}

bool asks_to_close(std::string_view version, const std::vector<std::string>& connection) {
  const auto any = [&](std::string_view option) {
    return std::any_of(connection.begin(), connection.end(),
                       [&](const std::string& field) { return lists(field, option); });
  };
  return any("close") || (version == "HTTP/1.0" && !any("keep-alive"));
}

int check_length(const std::vector<std::string>& lengths, const std::vector<std::string>& encodings,
                 std::uint64_t most) {
  if (lengths.size() + encodings.size() > 1 || (!encodings.empty() && !same_word(encodings[0], "chunked")))
    return 400;
  if (lengths.empty())
    return 0;
  std::uint64_t length = 0;
  const auto* end = lengths[0].data() + lengths[0].size();
  const auto [p, failed] = std::from_chars(lengths[0].data(), end, length);
  if (failed == std::errc::result_out_of_range)
    return 413;
  if (failed != std::errc{} || p != end)
    return 400;
  return length > most ? 413 : 0;
}

} // namespace troupe
