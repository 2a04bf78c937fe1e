// References that are taken in advance.
#include "troupe/mqtt/intrusive.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace {

struct counted final : troupe::mqtt::ref_counted<counted> {
  static void destroy(const counted* c) noexcept {
    ++destroyed;
    delete c;
  }
  static inline int destroyed = 0;
};
using troupe::mqtt::ref;
using stock = troupe::mqtt::ref_stock<counted>;

} // namespace

BOOST_AUTO_TEST_SUITE(ref_stock)

BOOST_AUTO_TEST_CASE(what_was_handed_out_outlives_the_stock) {
  counted::destroyed = 0;
  std::vector<ref<counted>> handed;
  {
    stock s{ref<counted>::adopt(new counted)};
    for (int i = 0; i < 1'000; ++i)
      handed.push_back(s.hand_out());
    BOOST_TEST(!handed.front()->unique());
  }
  handed.resize(1);
  BOOST_TEST(counted::destroyed == 0);
  BOOST_TEST(handed.front()->unique());
  handed.clear();
  BOOST_TEST(counted::destroyed == 1);
}

BOOST_AUTO_TEST_CASE(what_was_not_is_given_back) {
  counted::destroyed = 0;
  stock s{ref<counted>::adopt(new counted)};
  s.hand_out();
  BOOST_TEST(counted::destroyed == 0);
  s = ref<counted>::adopt(new counted);
  BOOST_TEST(counted::destroyed == 1);
  s = nullptr;
  BOOST_TEST(counted::destroyed == 2);
  BOOST_TEST(!s.hand_out());
}

BOOST_AUTO_TEST_SUITE_END()
