#include "auth_batch.hpp"

#include <string>

namespace troupe {

namespace json = boost::json;

namespace {

constexpr std::int64_t rows_of_a_page = 10; // EMQ X's

} // namespace

std::optional<page_request> read_auth_page(call& c) { return read_page(c, rows_of_a_page); }

std::optional<std::string> entry_text(const json::object& entry, std::string_view member) {
  const auto* text = entry.if_contains(member);
  if (text == nullptr || !text->is_string() || text->get_string().empty() ||
      text->get_string().size() > longest_auth_text)
    return std::nullopt;
  return std::string(text->get_string());
}

std::optional<std::vector<json::object>> read_auth_entries(const call_ptr& c) {
  std::vector<json::object> entries;
  if (const auto* one = c->args.body().if_object())
    entries.push_back(*one);
  const auto* many = c->args.body().if_array();
  if (many != nullptr && many->size() > most_auth_entries) {
    c->reply(bad_parameter("body (" + std::to_string(most_auth_entries) + " entries at most)"));
    return std::nullopt;
  }
  if (many != nullptr)
    for (const auto& entry : *many) {
      if (!entry.is_object()) {
        c->reply(bad_parameter("body"));
        return std::nullopt;
      }
      entries.push_back(entry.get_object());
    }
  if (!entries.empty())
    return entries;
  c->reply(failure(body_code::missing_parameter, "login"));
  return std::nullopt;
}

answer wrong_entry(const json::object& entry, const std::string& member) {
  const auto* found = entry.if_contains(member);
  const bool empty = found == nullptr || (found->is_string() && found->get_string().empty());
  return empty ? failure(body_code::missing_parameter, member) : bad_parameter(member);
}

} // namespace troupe
