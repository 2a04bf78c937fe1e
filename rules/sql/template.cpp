#include "troupe/rules/template.hpp"

#include <boost/json/object.hpp>

#include <algorithm>

namespace troupe::rules {

namespace {

bool part_of_path(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

std::vector<std::string> keys_of(std::string_view path) {
  std::vector<std::string> keys;
  for (;;) {
    const auto dot = path.find('.');
    keys.emplace_back(path.substr(0, dot));
    if (dot == std::string_view::npos)
      return keys;
    path.remove_prefix(dot + 1);
  }
}

value member_of(value v, std::string_view key, arena& memory) {
  if (v.is(value::kind::text))
    v = decode_json(v.text(), memory);
  if (!v.is(value::kind::map))
    return {};
  const auto* member = v.map().if_contains({key.data(), key.size()});
  return member == nullptr ? value{} : value::of(*member);
}

} // namespace

text_template::text_template(std::string text) : text_(std::move(text)) {
  const std::string_view all = text_;
  std::size_t from = 0;
  for (auto at = all.find("${"); at != std::string_view::npos; at = all.find("${", from)) {
    const auto begin = at + 2;
    const auto end =
        begin + static_cast<std::size_t>(std::find_if_not(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                                          all.end(), part_of_path) -
                                         (all.begin() + static_cast<std::ptrdiff_t>(begin)));
    if (end > begin && end < all.size() && all[end] == '}') {
      parts_.push_back({at, end + 1, keys_of(all.substr(begin, end - begin))});
      from = end + 1;
    } else {
      from = begin;
    }
  }
}

std::vector<text_template::piece> text_template::pieces() const {
  std::vector<piece> out;
  std::size_t from = 0;
  for (const auto& p : parts_) {
    out.push_back(
        {text_.substr(from, p.literal_end - from), text_.substr(p.literal_end, p.end - p.literal_end)});
    from = p.end;
  }
  out.push_back({text_.substr(from), {}});
  return out;
}

value text_template::look_up(const part& p, const row& data, arena& memory) {
  auto v = data.find(p.path.front());
  for (std::size_t i = 1; i < p.path.size(); ++i)
    v = member_of(v, p.path[i], memory);
  return v;
}

std::optional<value> text_template::alone(const row& data, arena& memory) const {
  if (parts_.size() != 1 || parts_.front().literal_end != 0 || parts_.front().end != text_.size())
    return {};
  return look_up(parts_.front(), data, memory);
}

void text_template::fill(std::string& out, const row& data, arena& memory) const {
  std::size_t from = 0;
  for (const auto& p : parts_) {
    out.append(text_, from, p.literal_end - from);
    append_text(out, look_up(p, data, memory));
    from = p.end;
  }
  out.append(text_, from);
}

} // namespace troupe::rules
