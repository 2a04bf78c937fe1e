// Texts in both languages of EMQ X's dashboard.
#pragma once

#include <boost/json/object.hpp>

namespace troupe::rules {

struct title {
  const char* en;
  const char* zh;
};

/// `{"en": …, "zh": …}`.
inline boost::json::object to_json(const title& t) { return {{"en", t.en}, {"zh", t.zh}}; }

} // namespace troupe::rules
