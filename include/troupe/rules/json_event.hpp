// An event whose columns stand in a JSON object: what the SQL tester evaluates rules with.
#pragma once

#include "troupe/rules/event.hpp"

#include <boost/json/object.hpp>

#include <vector>

namespace troupe::rules {

class json_event final : public event {
public:
  /// The object outlives the event.
  explicit json_event(const boost::json::object& members);

  std::span<const column> columns() const override { return columns_; }
  value at(column c, arena& memory) const override;
  value at(std::string_view name, arena& memory) const override;
  std::span<const std::string_view> other_columns() const override { return others_; }

private:
  const boost::json::object& members_;
  std::vector<column> columns_;
  std::vector<std::string_view> others_;
};

} // namespace troupe::rules
