// The words in which the contract of the API is written: what each endpoint answers, member by member.
#pragma once

#include "api/fixture.hpp"

#include <boost/json/value_from.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::test {

using boost::json::value;
using differences = std::vector<std::string>;

/// Adds what is wrong with a value, and where it stands, to a list.
using expectation = std::function<void(const value& found, const std::string& where, differences&)>;

struct field {
  std::string name;
  expectation what;
};
using fields = std::vector<field>;

expectation exactly(value wanted);                            // of this JSON type, too
expectation within(std::int64_t low, std::int64_t high);      // an integer
expectation at_least(std::int64_t low);                       // an integer
expectation number_within(double low, double high);           // an integer or a decimal
expectation like(const std::string& pattern);                 // a text, all of it
expectation number_text(double low, double high);             // such as "1.25"
expectation time_within(std::int64_t low, std::int64_t high); // of a local time: seconds since the epoch
expectation members(fields all);                              // an object with these members and no others
expectation containing(fields some);                          // an object with these and other members
expectation each(expectation entry);                          // an array with entries, all like this
expectation list(std::vector<expectation> entries);           // an array with these entries
/// An array with these rows and no others, in any order. A row's key is the text of the members of `names`,
/// with blanks between them.
expectation rows(std::vector<std::string> names, std::map<std::string, fields> by_key);
/// An array of objects with one member each, which together are these.
expectation single_members(fields all);

/// What a call must answer, and what must be true when it has.
struct promise {
  std::string method, path, body;
  int status = 200;
  int code = 0;
  expectation data{}; // none: there must be no such member
  expectation meta{};
  fields others{};                // members beside them
  std::function<bool()> effect{}; // becomes true
};
using promises = std::vector<promise>;

promise gives(std::string path, expectation data, expectation meta = {});
promise refuses(std::string method, std::string path, int code, std::string body = "", int status = 200);
promise done(std::string method, std::string path, std::string body, std::function<bool()> effect = {});

template <class T>
expectation is(const T& wanted) {
  return exactly(boost::json::value_from(wanted));
}

/// `meta` of a page with all there is.
expectation whole_page(std::int64_t count);

/// Makes the call and compares the whole answer.
differences broken(served_broker& broker, const promise& p);

} // namespace troupe::test
