// JSON as text for people.
#pragma once

#include "command.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <span>
#include <string>
#include <vector>

namespace troupe::ctl {

/// A value in one line: text without quotes, control characters escaped, so that no name of a client can
/// steer the terminal.
std::string cell_text(const boost::json::value& value);

/// Rows below each other with one head. Columns only grow from page to page.
class table {
public:
  explicit table(std::span<const column> columns);

  /// The rows, the first time behind the head.
  std::string page(const boost::json::array& rows);

private:
  std::string line(const std::vector<std::string>& cells) const;

  std::span<const column> columns_;
  std::vector<std::size_t> widths_;
  bool started_ = false;
};

/// Lines "name : value", of the given columns or of all members.
std::string record_text(const boost::json::object& from, std::span<const column> columns);

} // namespace troupe::ctl
