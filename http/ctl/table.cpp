#include "table.hpp"

#include "troupe/actors/log.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace troupe::ctl {

namespace json = boost::json;

std::string cell_text(const json::value& value) {
  if (value.is_null())
    return "-";
  return log::printable(value.is_string() ? std::string{value.get_string()} : json::serialize(value));
}

namespace {

// The member of the row, or null; `a/b` is the member b of its member a.
const json::value* find_member(const json::value& row, std::string_view path) {
  const auto slash = path.find('/');
  const auto* found = row.is_object() ? row.get_object().if_contains(path.substr(0, slash)) : nullptr;
  return found == nullptr || slash == std::string_view::npos ? found
                                                             : find_member(*found, path.substr(slash + 1));
}

} // namespace

table::table(std::span<const column> columns) : columns_(columns) {
  for (const auto& c : columns)
    widths_.push_back(std::char_traits<char>::length(c.title));
}

std::string table::page(const json::array& rows) {
  std::vector<std::vector<std::string>> lines;
  if (!started_) {
    auto& head = lines.emplace_back();
    for (const auto& c : columns_)
      head.emplace_back(c.title);
    started_ = true;
  }
  for (const auto& row : rows) {
    auto& cells = lines.emplace_back();
    for (const auto& c : columns_) {
      const auto* value = find_member(row, c.member);
      cells.push_back(value != nullptr ? cell_text(*value) : "-");
    }
  }
  for (const auto& cells : lines)
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths_[i] = std::max(widths_[i], cells[i].size());
  std::string out;
  for (const auto& cells : lines)
    out += line(cells);
  return out;
}

std::string table::line(const std::vector<std::string>& cells) const {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    out += cells[i];
    if (i + 1 < cells.size())
      out.append(widths_[i] - cells[i].size() + 2, ' ');
  }
  return out + '\n';
}

std::string record_text(const json::object& from, std::span<const column> columns) {
  std::vector<std::pair<std::string, std::string>> lines;
  if (columns.empty())
    for (const auto& [name, value] : from)
      lines.emplace_back(name, cell_text(value));
  for (const auto& c : columns)
    if (const auto* value = from.if_contains(c.member))
      lines.emplace_back(c.title, cell_text(*value));
  std::size_t width = 0;
  for (const auto& [name, value] : lines)
    width = std::max(width, name.size());
  std::string out;
  for (const auto& [name, value] : lines)
    out += name + std::string(width - name.size() + 1, ' ') + ": " + value + '\n';
  return out;
}

} // namespace troupe::ctl
