// The functions of rule SQL, for those who list them.
#pragma once

#include <string>
#include <vector>

namespace troupe::rules {

struct sql_function {
  std::string name;
  std::string arity; // "1 to 2 arguments"
  std::string description;
  std::string example;
  std::string result; // of the example, as JSON; empty: it differs each time
};

std::vector<sql_function> sql_functions();

} // namespace troupe::rules
