#include "mqtt_arguments.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace troupe {

namespace json = boost::json;

std::optional<std::string> topic_text(arguments& args) {
  auto text = args.text("topic");
  return text || !args.wrong().empty() ? text : args.text("topics");
}

std::vector<std::string> split_topics(std::string_view text, bool (*valid)(std::string_view)) {
  std::vector<std::string> out;
  while (true) {
    std::size_t comma = text.find(',');
    if (std::string_view part = text.substr(0, comma); valid(part))
      out.emplace_back(part);
    if (comma == std::string_view::npos)
      return out;
    text.remove_prefix(comma + 1);
  }
}

answer bad_topic() { return failure(body_code::bad_topic, "bad_topic"); }

std::optional<std::vector<arguments>> read_batch(const call& c) {
  const json::array* entries = c.args.body().if_array();
  if (!entries)
    return std::nullopt;
  std::vector<arguments> out;
  out.reserve(entries->size());
  for (const json::value& entry : *entries) {
    if (const json::object* o = entry.if_object()) {
      out.emplace_back(arguments::text_pairs{}, arguments::text_pairs{}, *o);
    } else {
      out.emplace_back();
      out.back().set_wrong("entry");
    }
  }
  return out;
}

json::value batch_row(const arguments& entry, bool with_client, int code) {
  json::object row;
  auto topic = entry.value("topic");
  row["topic"] = topic ? *topic : entry.value("topics").value_or("undefined");
  if (with_client)
    row["clientid"] = entry.value("clientid").value_or("undefined");
  row["code"] = code;
  return row;
}

} // namespace troupe
