// For tests that do not hold in a build with sanitizers.
#pragma once

#include <boost/test/unit_test.hpp>

namespace troupe::test {

/// A precondition of cases: *boost::unit_test::precondition(unsanitized). With the address sanitizer freed
/// memory stays with the process, the allocator is another one, and a process that has run out of descriptors
/// is told of objects that are none: UBSan looks at memory through a pipe.
inline boost::test_tools::assertion_result unsanitized(boost::unit_test::test_unit_id) {
#ifdef __SANITIZE_ADDRESS__
  return false;
#else
  return true;
#endif
}

} // namespace troupe::test
