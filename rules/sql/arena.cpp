#include "troupe/rules/value.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <cstring>
#include <new>

namespace troupe::rules {

namespace json = boost::json;

arena::arena(std::size_t limit) : limit_(limit) { reset(); }
arena::~arena() = default;

// What is released only goes on to double the size of its next block.
void arena::reset() noexcept {
  blocks_.emplace(first_.data(), first_.size());
  used_ = 0;
  decoded_ = 0;
}

// Texts do not change: one in the same place is the same.
const value* arena::find_decoded(std::string_view text) const noexcept {
  const auto* end = kept_.data() + std::min(decoded_, kept_.size());
  const auto* found = std::find_if(kept_.data(), end, [&](const decoded_text& d) {
    return d.text.data() == text.data() && d.text.size() == text.size();
  });
  return found == end ? nullptr : &found->what;
}

// Where there are too many, those that took longest stay.
void arena::keep_decoded(std::string_view text, value v) noexcept {
  if (decoded_++ < kept_.size()) {
    kept_[decoded_ - 1] = {text, v};
    return;
  }
  const auto least = std::min_element(
      kept_.begin(), kept_.end(), [](const auto& a, const auto& b) { return a.text.size() < b.text.size(); });
  if (least->text.size() < text.size())
    *least = {text, v};
}

void* arena::do_allocate(std::size_t size, std::size_t alignment) {
  if (size > limit_ - used_)
    throw arena_full{};
  used_ += size;
  return blocks_->allocate(size, alignment);
}

value arena::text(std::string_view s) {
  if (s.empty())
    return value{std::string_view{}};
  auto* copy = static_cast<char*>(allocate(s.size(), 1));
  std::memcpy(copy, s.data(), s.size());
  return value{std::string_view{copy, s.size()}};
}

// Neither is ever destroyed: what they hold is in the arena, too.
json::array& arena::new_list() {
  return *new (allocate(sizeof(json::array), alignof(json::array))) json::array(storage());
}

json::object& arena::new_map() {
  return *new (allocate(sizeof(json::object), alignof(json::object))) json::object(storage());
}

json::value arena::json(value v) {
  switch (v.what()) {
    case value::kind::undefined: return json::value(json::string_view{"undefined"}, storage());
    case value::kind::null: return json::value(nullptr, storage());
    case value::kind::boolean: return json::value(v.boolean(), storage());
    case value::kind::integer: return json::value(v.integer(), storage());
    case value::kind::real: return json::value(v.real(), storage());
    case value::kind::text:
      return json::value(json::string_view{v.text().data(), v.text().size()}, storage());
    case value::kind::list: return json::value(v.list(), storage());
    case value::kind::map: break;
  }
  return json::value(v.map(), storage());
}

} // namespace troupe::rules
