// What a client of the HTTP API writes: the first line is the rest of a path with its query string, or
// credentials; what follows is the body.
#include "http/arguments.hpp"
#include "http/chunked_body.hpp"
#include "http/credentials.hpp"
#include "http/data_files.hpp"
#include "http/json_body.hpp"
#include "http/request_head.hpp"
#include "http/text.hpp"
#include "require.hpp"
#include "troupe/access/url.hpp"
#include "troupe/mqtt/base64.hpp"
#include "troupe/mqtt/utf8.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

using namespace troupe;
using troupe::test::require;

namespace {

namespace json = boost::json;

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789ABCDEF"[byte & 15];
  }
  return out;
}

void decode(std::string_view text) {
  for (const bool plus_is_space : {false, true})
    if (const auto decoded = access::percent_decode(text, plus_is_space)) {
      require(decoded->size() + 2 * std::count(text.begin(), text.end(), '%') == text.size(),
              "a sequence is one byte");
      require(access::percent_decode(percent_encoded(*decoded), plus_is_space) == decoded,
              "encoding goes back");
    }
}

std::optional<text_pairs> read_query(std::string_view text) {
  const auto pairs = parse_query(text);
  require(pairs.has_value() == access::percent_decode(text, true).has_value(),
          "only a broken sequence is refused");
  if (!pairs)
    return pairs;
  std::string again;
  for (const auto& [name, value] : *pairs)
    again += percent_encoded(name) + '=' + percent_encoded(value) + '&';
  require(parse_query(again) == pairs, "the pairs are whole");
  return pairs;
}

void check_nesting(const json::value& v, int depth) {
  require(depth <= static_cast<int>(deepest_body) + 1, "no document is deeper than the bound");
  if (const auto* o = v.if_object()) {
    for (const auto& [name, member] : *o) {
      require(mqtt::is_valid_utf8(name) || name.find('\0') != std::string_view::npos, "names are UTF-8");
      check_nesting(member, depth + 1);
    }
  } else if (const auto* a = v.if_array()) {
    for (const auto& element : *a)
      check_nesting(element, depth + 1);
  }
}

std::optional<json::value> read_body(std::string_view text) {
  auto body = parse_body(text);
  if (!body)
    return body;
  check_nesting(*body, 1);
  require(parse_body(json::serialize(*body)).has_value(), "what was read can be written and read");
  return body;
}

void read_arguments(const text_pairs& query, const json::object& body) {
  std::vector<std::string> names{"absent"};
  for (const auto& [name, unused] : query)
    names.push_back(name);
  for (const auto& [name, unused] : body)
    names.emplace_back(name);
  names.resize(std::min<std::size_t>(names.size(), 16));
  for (const auto& name : names) {
    const bool there = arguments({}, query, body).value(name).has_value();
    const auto settled = [&](auto&& get) {
      arguments args({}, query, body);
      const bool given = get(args).has_value();
      require(given == (there && args.wrong().empty()), "a value is there, absent or wrong");
      require(args.wrong().empty() || args.wrong() == name, "the wrong one is named");
    };
    if (name.empty())
      continue; // nothing has this name, so `wrong` cannot tell
    settled([&](arguments& a) { return a.text(name); });
    settled([&](arguments& a) { return a.boolean(name); });
    settled([&](arguments& a) { return a.integer(name); });
    settled([&](arguments& a) {
      const auto n = a.integer(name, 0, 2);
      require(!n || (*n >= 0 && *n <= 2), "it is within its bounds");
      return n;
    });
  }
}

void name_file(const std::string& name) {
  if (!data_files::valid_name(name))
    return;
  const data_files files("/data/exports");
  const auto path = std::filesystem::path(files.full_path(name));
  require(path.lexically_normal() == path && path.parent_path() == "/data/exports", "it stays in its folder");
  require(path.native().find('\0') == std::string::npos, "the system reads all of the name");
}

struct chunks {
  chunked_end end;
  std::string body;
  std::size_t left; // bytes that were not read
  bool operator==(const chunks&) const = default;
};

chunks read_chunks(std::string_view text, std::size_t most, std::size_t at_once) {
  chunks out;
  const auto read = [&](char* to, std::size_t size) {
    const auto n = text.copy(to, std::min(size, at_once));
    text.remove_prefix(n);
    return static_cast<long>(n);
  };
  out.end = read_chunked(read, most, out.body);
  out.left = text.size();
  return out;
}

void receive_chunks(std::string_view text) {
  constexpr std::size_t most = 1'000;
  const auto whole = read_chunks(text, most, text.size());
  require(whole == read_chunks(text, most, 1), "it does not matter how the bytes come");
  require(whole.body.size() <= most, "the body is bounded");
  if (whole.end != chunked_end::whole)
    return;
  require(whole.body.size() + whole.left < text.size(), "the frames take bytes, too");
  const auto end = text.size() - whole.left;
  for (const std::size_t size : {end - 1, end / 2})
    require(read_chunks(text.substr(0, size), most, size).end == chunked_end::broken,
            "no byte may be missing");
}

void aim(std::string_view target) {
  const auto [path, query] = split_target(target);
  require(path.find_first_of("?#") == std::string_view::npos && query.find('#') == std::string_view::npos,
          "a path has no query string, and neither a fragment");
  require(path.size() + query.size() <= target.size(), "nothing comes to it");
}

void receive_head(std::string_view text) {
  constexpr std::string_view end = "\r\n\r\n";
  const int refused = check_head(text, 1'000);
  require(refused == 0 || refused == 400 || refused == 413, "it is a status");
  if (refused == 400)
    return;
  require(text.find(end) == text.size() - end.size(), "nothing is behind the empty line");
  require(text.find('\0') == std::string_view::npos, "other readers see the same lines");
  require(check_head(text.substr(0, text.size() - 1), 1'000) == 400, "no byte may be missing");
}

void log_in(std::string_view header) {
  const auto who = read_basic(header);
  require((who.what == credentials::kind::given) == (!who.id.empty() && !who.secret.empty()),
          "given are both or none");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const auto line = input.substr(0, input.find('\n'));
  const auto rest = input.substr(std::min(line.size() + 1, input.size()));
  const auto path = line.substr(0, line.find('?'));
  decode(line);
  log_in(line);
  aim(line);
  receive_chunks(rest);
  receive_head(rest);
  if (const auto name = access::percent_decode(path))
    name_file(*name);
  const auto query = read_query(line.substr(std::min(path.size() + 1, line.size())));
  const auto body = read_body(rest);
  read_arguments(query.value_or(text_pairs{}),
                 body && body->is_object() ? body->as_object() : json::object{});
  if (const auto bytes = mqtt::from_loose_base64(rest))
    require(bytes->size() <= rest.size() / 4 * 3 + 3, "four letters are three bytes");
  return 0;
}
