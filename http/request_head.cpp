#include "request_head.hpp"

#include "troupe/mqtt/words.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

namespace troupe {

namespace {

using mqtt::same_word;
using mqtt::trimmed;

bool lists(std::string_view field, std::string_view option) {
  while (!field.empty())
    if (same_word(mqtt::take_part(field), option))
      return true;
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

// Takes a line off, which is given without its end. None: it has no right end, or a control character.
std::optional<std::string_view> take_line(std::string_view& text) {
  const auto line = text.substr(0, text.find("\r\n"));
  if (line.size() == text.size() || has_control(line))
    return std::nullopt;
  text.remove_prefix(line.size() + 2);
  return line;
}

// The version in the first line of a request. None when the line has more blanks or other ones than there are
// to be, of which the library makes something.
std::optional<std::string_view> version_of(std::string_view line) {
  const auto method = line.substr(0, line.find(' '));
  const auto rest = line.substr(std::min(method.size() + 1, line.size()));
  const auto target = rest.substr(0, rest.find_first_of(" \t"));
  const auto version = rest.substr(std::min(target.size() + 1, rest.size()));
  const bool separated = rest.size() > target.size() && rest[target.size()] == ' ';
  if (method.empty() || method.find_first_not_of(token_characters) != std::string_view::npos ||
      target.empty() || !separated || (version != "HTTP/1.0" && version != "HTTP/1.1"))
    return std::nullopt;
  return version;
}

// The values of the fields that tell where a request goes and ends.
struct telling_fields {
  std::vector<std::string_view> hosts, lengths, encodings;

  // Whether that line is a field.
  bool add(std::string_view line) {
    const auto name = line.substr(0, line.find(':'));
    if (name.empty() || name.size() == line.size() ||
        name.find_first_not_of(token_characters) != std::string_view::npos)
      return false;
    const auto value = trimmed(line.substr(name.size() + 1));
    if (same_word(name, "Host"))
      hosts.push_back(value);
    else if (same_word(name, "Content-Length"))
      lengths.push_back(value);
    else if (same_word(name, "Transfer-Encoding"))
      encodings.push_back(value);
    return true;
  }

  bool names_host(bool must) const {
    if (hosts.empty())
      return !must;
    return hosts.size() == 1 && hosts[0].find_first_of(" \t/?#@\\") == std::string_view::npos;
  }
};

int check_length(const std::vector<std::string_view>& lengths, const std::vector<std::string_view>& encodings,
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

bool has_control(std::string_view line) {
  return std::any_of(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
  });
}

bool is_coded(const std::vector<std::string>& codings) {
  for (std::string_view field : codings)
    while (!field.empty())
      if (const auto coding = mqtt::take_part(field); !coding.empty() && !same_word(coding, "identity"))
        return true;
  return false;
}

int check_head(std::string_view head, std::uint64_t most) {
  const auto request = take_line(head);
  const auto version = request ? version_of(*request) : std::nullopt;
  if (!version)
    return 400;
  telling_fields fields;
  auto line = take_line(head);
  for (; line && !line->empty(); line = take_line(head))
    if (!fields.add(*line))
      return 400;
  const bool newest = *version == "HTTP/1.1";
  if (!line || !head.empty() || !fields.names_host(newest) || (!newest && !fields.encodings.empty()))
    return 400;
  return check_length(fields.lengths, fields.encodings, most);
}

} // namespace troupe
